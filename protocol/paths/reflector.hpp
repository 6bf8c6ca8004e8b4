// The reflector: tells a client the address it comes from (the job of STUN, RFC 8489).
#pragma once

#include "protocol/application.hpp"
#include "protocol/node.hpp"

namespace invitro::protocol {

// A reflector has a second port, the next one, and a second IP address, from which it answers where
// that is asked for (RFC 5780, 4). Without a second address it does not answer such a question.
struct ReflectorConfig {
    IpAddress other_ip;

    bool operator==(const ReflectorConfig&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("other_ip", &ReflectorConfig::other_ip)};
    }
};

struct ReflectorState {
    ReflectorConfig config;
    Counter answered;
    Counter dropped;

    bool operator==(const ReflectorState&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("config", &ReflectorState::config),
                          field("answered", &ReflectorState::answered),
                          field("dropped", &ReflectorState::dropped)};
    }
};

// Stateless but for its counts: one ReflectResponse for each well-formed ReflectRequest or
// ReflectProbe, sent to where the request came from, never larger than a datagram.
class Reflector {
public:
    using Input = std::variant<ReceivedDatagram, DeadlineReached>;
    using Output = protocol::Output<Notification, Remark>;
    using State = ReflectorState;

    explicit Reflector(const ReflectorConfig& config = {}) { state_.config = config; }

    void handle(Instant now, const Input& input);

    std::optional<Output> poll_output() { return outbox_.poll(); }

    [[nodiscard]] Instant next_deadline() const { return never; }

    [[nodiscard]] const State& state() const { return state_; }

private:
    void answer(const ReceivedDatagram& datagram,
                const Address& source,
                const TransactionId& transaction);
    void drop(RemarkKind why);

    State state_;
    Outbox<Output> outbox_;
};

}  // namespace invitro::protocol
