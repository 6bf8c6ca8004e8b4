#include "protocol/vocabulary/entropy.hpp"

#include <sodium.h>

namespace invitro::protocol {
namespace {

void store_number(std::uint64_t number, std::uint8_t* destination) {
    for (unsigned i = 0; i < 8; ++i) {
        destination[i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
}

std::uint64_t load_number(const std::uint8_t* source) {
    std::uint64_t number = 0;
    for (unsigned i = 0; i < 8; ++i) {
        number |= std::uint64_t{source[i]} << (8 * i);
    }
    return number;
}

}  // namespace

RandomValue draw(const RandomValue& seed, Purpose purpose, std::uint64_t counter) {
    std::array<std::uint8_t, 9> message{static_cast<std::uint8_t>(purpose)};
    store_number(counter, message.data() + 1);
    RandomValue value;
    crypto_generichash(value.octets.data(),
                       value.octets.size(),
                       message.data(),
                       message.size(),
                       seed.octets.data(),
                       seed.octets.size());
    return value;
}

template <class Tag>
Id128<Tag> draw_id(const RandomValue& seed, Purpose purpose, std::uint64_t counter) {
    const RandomValue value = draw(seed, purpose, counter);
    return {.high = load_number(value.octets.data()), .low = load_number(value.octets.data() + 8)};
}

template CallId draw_id(const RandomValue&, Purpose, std::uint64_t);
template TransactionId draw_id(const RandomValue&, Purpose, std::uint64_t);

Tag128 authenticate(const RandomValue& key, ByteView message) {
    Tag128 tag;
    crypto_generichash(tag.data(),
                       tag.size(),
                       message.data(),
                       message.size(),
                       key.octets.data(),
                       key.octets.size());
    return tag;
}

}  // namespace invitro::protocol
