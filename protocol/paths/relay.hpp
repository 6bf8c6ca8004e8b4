// The relay: passes datagrams between two devices of one call that find no direct path (TURN's job,
// RFC 8656; docs/PROTOCOL.md "The relay").
//
// It couples exactly two: the device and the peer that the broker has named in one offer. Each end
// makes an allocation of its own, with a request that only the holder of the offer's secret can
// tag. The relay keeps what is sent from one end's address, under its channel, and passes it to
// the other end's address; anything else is dropped and counted. No datagram that is not RelayData
// of an end passes, so neither end can be reached by anybody else through the relay.
//
//     nothing -- RelayAllocate: challenged --> nothing        the source address is not proven yet
//     nothing -- RelayAllocate: granted ----> allocated       from here on the end has an address
//     allocated -- RelayAllocate ----------> allocated        refreshed, perhaps from elsewhere
//     allocated -- lifetime over, or zero --> nothing         both ends: the coupling is gone
//
// A nonce is a MAC over the source address under a key of this incarnation. So an answer has come
// back from the address before it gets anything, a request repeated by somebody else from elsewhere
// is worth nothing, and a relay that has restarted challenges everybody once. Beside what is
// allocated it keeps nothing.
#pragma once

#include "protocol/application.hpp"
#include "protocol/exchange/deadline_queue.hpp"
#include "protocol/node.hpp"
#include "protocol/wire/messages.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <tuple>
#include <variant>
#include <vector>

namespace invitro::protocol {

struct RelayConfig {
    // The number of channels, two for a coupling, and of ports that name them.
    static constexpr std::uint16_t couplings_limit = 8192;

    Address address;   // where clients reach it
    RandomValue seed;  // of this incarnation
    RandomValue key;   // shared with the brokers
    std::uint16_t couplings_max = 1024;
    std::uint16_t device_max = 16;  // couplings in which one device has allocated

    bool operator==(const RelayConfig&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("address", &RelayConfig::address),
                          field("seed", &RelayConfig::seed),
                          field("key", &RelayConfig::key),
                          field("couplings_max", &RelayConfig::couplings_max),
                          field("device_max", &RelayConfig::device_max)};
    }
};

// One of the two ends of a coupling.
struct RelayEnd {
    DeviceId device;
    Address client;              // where it is; none: nothing is allocated
    std::uint32_t sequence = 0;  // the newest of its requests

    bool operator==(const RelayEnd&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("device", &RelayEnd::device),
                          field("client", &RelayEnd::client),
                          field("sequence", &RelayEnd::sequence)};
    }

    [[nodiscard]] bool is_allocated() const { return !client.is_none(); }
};

// Two ends of one call, of which at least one is allocated. The smaller device id comes first.
struct RelayCoupling {
    CallId call;
    std::array<RelayEnd, 2> ends;

    bool operator==(const RelayCoupling&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &RelayCoupling::call), field("ends", &RelayCoupling::ends)};
    }

    [[nodiscard]] bool is_gone() const {
        return !ends[0].is_allocated() && !ends[1].is_allocated();
    }
};

// Statistics; nothing is ever decided by them.
struct RelayCounters {
    Counter granted;  // new allocations
    Counter refreshed;
    Counter released;
    Counter lapsed;
    Counter challenged;
    Counter refused;
    Counter passed;        // datagrams from end to end
    Counter unauthorised;  // data of nobody's channel, or not from its end
    Counter unheard;       // data for an end that has not allocated
    Counter forged;        // requests with a wrong tag
    Counter repeated;      // requests with an old sequence
    Counter malformed;     // no message, or none for a relay

    bool operator==(const RelayCounters&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("granted", &RelayCounters::granted),
                          field("refreshed", &RelayCounters::refreshed),
                          field("released", &RelayCounters::released),
                          field("lapsed", &RelayCounters::lapsed),
                          field("challenged", &RelayCounters::challenged),
                          field("refused", &RelayCounters::refused),
                          field("passed", &RelayCounters::passed),
                          field("unauthorised", &RelayCounters::unauthorised),
                          field("unheard", &RelayCounters::unheard),
                          field("forged", &RelayCounters::forged),
                          field("repeated", &RelayCounters::repeated),
                          field("malformed", &RelayCounters::malformed)};
    }
};

struct RelayState {
    RelayConfig config;
    // What the first channel is called outside. Drawn, so that nobody goes on under a name from
    // before a crash that has become another's.
    std::uint16_t first_name = 0;
    std::vector<RelayCoupling> couplings;  // by slot; a channel is 2 * slot + end
    std::vector<std::uint16_t> order;      // slots in use, by call and devices
    std::vector<std::uint16_t> vacant;     // slots that were in use; the last is taken first
    DeadlineQueue lapses;                  // by channel
    RelayCounters counters;

    bool operator==(const RelayState&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("config", &RelayState::config),
                          field("first_name", &RelayState::first_name),
                          field("couplings", &RelayState::couplings),
                          field("order", &RelayState::order),
                          field("vacant", &RelayState::vacant),
                          field("lapses", &RelayState::lapses),
                          field("counters", &RelayState::counters)};
    }
};

// CapacityChanged tells how many couplings there may be.
class Relay {
public:
    using Input = std::variant<ReceivedDatagram, DeadlineReached, CapacityChanged>;
    using Output = protocol::Output<Notification, Remark>;
    using State = RelayState;

    explicit Relay(const RelayConfig& config);

    void handle(Instant now, const Input& input);

    std::optional<Output> poll_output() { return outbox_.poll(); }

    [[nodiscard]] Instant next_deadline() const { return state_.lapses.first_due(); }

    [[nodiscard]] const State& state() const { return state_; }

private:
    void on(Instant now, const ReceivedDatagram& datagram);
    void on(Instant now, const ReceivedDatagram& datagram, const RelayAllocate& request);
    void on(Instant now, const ReceivedDatagram& datagram, const RelayData& data);
    template <class M>
    void on(Instant now, const ReceivedDatagram& datagram, const M& message);

    [[nodiscard]] std::optional<RelayRefusal> objection(Instant now,
                                                        const Address& source,
                                                        const RelayAllocate& request,
                                                        bool is_known) const;
    void allocate(Instant now, const Address& source, const RelayAllocate& request);
    void grant(Instant now,
               const Address& source,
               const RelayAllocate& request,
               std::uint32_t channel);
    void refuse(Instant now,
                const Address& source,
                const RelayAllocate& request,
                RelayRefusal reason);
    void release(std::uint32_t channel);
    void let_lapse(Instant now);

    [[nodiscard]] std::uint32_t find_channel(const RelayAllocate& request) const;
    std::uint32_t open_channel(const RelayAllocate& request);
    [[nodiscard]] std::size_t allocations_of(const DeviceId& device) const;
    [[nodiscard]] RelayNonce nonce_for(const Address& source, std::int64_t period) const;
    // What a channel is called in messages, and which one is called so; none where none can be.
    [[nodiscard]] std::uint16_t name_of(std::uint32_t channel) const;
    [[nodiscard]] std::uint32_t channel_named(std::uint16_t name) const;
    [[nodiscard]] Address relayed_address(std::uint32_t channel) const;

    RelayEnd& end_of(std::uint32_t channel) {
        return state_.couplings[channel / 2].ends[channel % 2];
    }

    template <class M>
    void send(const Address& destination, const M& message);
    void remark(RemarkKind kind, const CallId& call = {}, const DeviceId& device = {});

    State state_;
    Outbox<Output> outbox_;
};

}  // namespace invitro::protocol
