// What a machine's parts need in order to act: the time, somewhere to write outputs, and draws.
//
// The parts (gathering, path search, session, calls) are plain values inside a machine's state.
// They own no outbox and no seed; they are handed one Sender and one Draws per input.
#pragma once

#include "protocol/application.hpp"
#include "protocol/node.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/wire/codec.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>

namespace invitro::protocol {

using ServiceOutbox = Outbox<Output<Notification, Remark>>;

// What leaves from `own` goes to `relay`, wrapped, and comes out at the peer's end as sent from
// there (docs/PROTOCOL.md "The relay").
struct RelayRoute {
    Address own;   // relayed: names this end of the path
    Address peer;  // relayed: names the other
    Address relay;
    std::uint16_t channel = 0;

    bool operator==(const RelayRoute&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("own", &RelayRoute::own),
                          field("peer", &RelayRoute::peer),
                          field("relay", &RelayRoute::relay),
                          field("channel", &RelayRoute::channel)};
    }
};

// A route with the own address from which its relay is spoken to.
struct BoundRoute {
    RelayRoute route;
    Address local;
};

// What a broker or a reflector that gets it always answers.
template <class M>
inline constexpr bool is_question =
    std::is_same_v<M, RegisterDevice> || std::is_same_v<M, InviteRequest> ||
    std::is_same_v<M, InviteRinging> || std::is_same_v<M, InviteAccept> ||
    std::is_same_v<M, InviteDecline> || std::is_same_v<M, InviteCancel> ||
    std::is_same_v<M, InviteUpdate> || std::is_same_v<M, CandidateUpdate> ||
    std::is_same_v<M, ReflectRequest>;

// Encodes messages straight into the machine's outbox.
class Sender {
public:
    explicit Sender(ServiceOutbox& outbox) : outbox_(outbox) {}

    // From now on. The routes must outlive this.
    void use_routes(std::span<const BoundRoute> routes) { routes_ = routes; }

    template <class M>
    void send(const Address& source,
              const Address& destination,
              const M& message,
              const Party& recipient = {}) {
        for (const BoundRoute& bound : routes_) {
            if (bound.route.own == source) return send_through(bound, message);
        }
        const auto room = outbox_.reserve(datagram_size_max);
        const std::size_t size = encode_message(message, room);
        outbox_.send(source, destination, size, recipient, is_question<M>);
    }

    // To the service's gateway.
    template <class M>
    void send_sms(const M& message) {
        const auto room = outbox_.reserve(datagram_size_max);
        outbox_.sms(encode_message(message, room));
    }

    void tell(const Notification& notification) { outbox_.tell(notification); }

    void remark(RemarkKind kind, CallId call = {}, DeviceId device = {}) {
        outbox_.tell(Remark{.kind = kind, .call = call, .device = device});
    }

private:
    template <class M>
    void send_through(const BoundRoute& bound, const M& message) {
        std::array<std::uint8_t, RelayData::payload_max> inner{};
        const std::size_t size = encode_message(message, inner);
        RelayData data;
        data.channel = bound.route.channel;
        data.payload.assign({inner.data(), size});
        const auto room = outbox_.reserve(datagram_size_max);
        outbox_.send(bound.local, bound.route.relay, encode_message(data, room));
    }

    ServiceOutbox& outbox_;
    std::span<const BoundRoute> routes_;
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
