// Encoding and decoding never allocate: counted by replacing the program's operator new.
#include "protocol/wire/any_message_test.hpp"
#include "protocol/wire/codec.hpp"
#include "protocol/wire/example_messages.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations = 0;

}  // namespace

// Not inlined: gcc would see through one of a pair and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    std::abort();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

namespace invitro::protocol {
namespace {

std::size_t allocations_of_a_round(const Message& message) {
    std::array<std::uint8_t, push_size_max> buffer{};
    const std::size_t before = allocations;
    const std::size_t size = encode(message, buffer);
    const auto back = decode({buffer.data(), size});
    const CallId call = peek_call({buffer.data(), size});
    const std::size_t after = allocations;
    EXPECT_TRUE(back && call == call_of(*back));
    return after - before;
}

TEST(CodecAllocation, no_message_costs_one) {
    const std::size_t before = allocations;
    const auto examples = example_messages();
    ASSERT_GT(allocations, before) << "nothing is counted";
    for (const auto& messages : {examples, longest_message_of_every_type()}) {
        for (const Message& message : messages) {
            EXPECT_EQ(allocations_of_a_round(message), 0U) << to_string(type_of(message));
        }
    }
}

TEST(CodecAllocation, no_error_costs_one) {
    std::array<std::uint8_t, push_size_max> buffer{};
    for (const Message& message : example_messages()) {
        const std::size_t size = encode(message, buffer);
        const std::size_t before = allocations;
        for (std::size_t cut = 0; cut < size; ++cut) {
            static_cast<void>(decode({buffer.data(), cut}).has_value());
        }
        EXPECT_EQ(allocations, before) << to_string(type_of(message));
    }
}

}  // namespace
}  // namespace invitro::protocol
