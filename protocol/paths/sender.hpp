// What a machine's parts need in order to act: the time, somewhere to write outputs, and draws.
//
// The parts (gathering, path search, session, calls) are plain values inside a machine's state.
// They own no outbox and no seed; they are handed one Sender and one Draws per input.
#pragma once

#include "protocol/application.hpp"
#include "protocol/node.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/wire/codec.hpp"

#include <cstdint>

namespace invitro::protocol {

using ServiceOutbox = Outbox<Output<Notification, Remark>>;

// Encodes messages straight into the machine's outbox.
class Sender {
public:
    explicit Sender(ServiceOutbox& outbox) : outbox_(outbox) {}

    template <class M>
    void send(const Address& source,
              const Address& destination,
              const M& message,
              const Party& recipient = {}) {
        const auto room = outbox_.reserve(datagram_size_max);
        outbox_.send(source, destination, encode_message(message, room), recipient);
    }

    void tell(const Notification& notification) { outbox_.tell(notification); }

    void remark(RemarkKind kind, CallId call = {}, DeviceId device = {}) {
        outbox_.tell(Remark{.kind = kind, .call = call, .device = device});
    }

private:
    ServiceOutbox& outbox_;
};

// Draws from the incarnation's seed; the counter is part of the machine's state, so that no value
// is drawn twice.
class Draws {
public:
    Draws(const RandomValue& seed, std::uint64_t& counter) : seed_(seed), counter_(counter) {}

    CallId call_id() { return draw_id<CallIdTag>(seed_, Purpose::call_id, counter_++); }

    TransactionId transaction() {
        return draw_id<TransactionIdTag>(seed_, Purpose::transaction, counter_++);
    }

    CallKey call_key() { return draw(seed_, Purpose::call_key, counter_++).octets; }

private:
    const RandomValue& seed_;
    std::uint64_t& counter_;
};

// One input's surroundings.
struct PathContext {
    Instant now;
    Sender sender;
    Draws draws;
};

}  // namespace invitro::protocol
