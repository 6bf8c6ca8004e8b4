// CallTable: the calls in hand, side by side in one vector, and the ways to find one.
//
// A call is found by its id, by its number (which push requests carry), by its callee (so that a
// device that registers late can join) and by what is due first. Closing a call moves the last one
// into its place: positions hold until the next close(). An empty table equals one never used,
// apart from the number that the next call will get.
#pragma once

#include "protocol/broker/hash_index.hpp"
#include "protocol/broker/invitation.hpp"
#include "protocol/exchange/deadline_queue.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

struct CallTable {
    IndexKey key;
    std::uint64_t next_number = 0;
    std::vector<Call> calls;
    HashIndex id_index;
    HashIndex number_index;
    HashIndex callee_index;  // to the newest call of each callee
    DeadlineQueue deadlines;

    bool operator==(const CallTable&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("key", &CallTable::key),
                          field("next_number", &CallTable::next_number),
                          field("calls", &CallTable::calls),
                          field("id_index", &CallTable::id_index),
                          field("number_index", &CallTable::number_index),
                          field("callee_index", &CallTable::callee_index),
                          field("deadlines", &CallTable::deadlines)};
    }

    // All give no_position where there is none.
    [[nodiscard]] std::uint32_t find(CallId call) const;
    [[nodiscard]] std::uint32_t find_number(std::uint64_t number) const;
    // The first of the callee's calls; Call::next_of_callee leads to the others.
    [[nodiscard]] std::uint32_t find_callee(const EndpointIdentifier& callee) const;

    // Takes a call in hand. Precondition: its id and its number are not in the table.
    std::uint32_t open(Call call);

    // Forgets a call and everything that belongs to it.
    void close(std::uint32_t position);

    // Precondition: something of the call has changed.
    void reschedule(std::uint32_t position) {
        deadlines.schedule(position, next_due(calls[position]));
    }

private:
    [[nodiscard]] std::uint64_t id_hash(const Call& call) const;
    [[nodiscard]] std::uint64_t number_hash(std::uint64_t number) const;
    [[nodiscard]] std::uint64_t callee_hash(const EndpointIdentifier& callee) const;

    void link_callee(std::uint32_t position);
    void unlink_callee(std::uint32_t position);
    void move(std::uint32_t from, std::uint32_t to);
};

}  // namespace invitro::protocol
