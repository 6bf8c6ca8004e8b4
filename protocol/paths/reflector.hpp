// The reflector: tells a client the address it comes from (the job of STUN, RFC 8489).
#pragma once

#include "protocol/application.hpp"
#include "protocol/node.hpp"

namespace invitro::protocol {

struct ReflectorState {
    Counter answered;
    Counter dropped;

    bool operator==(const ReflectorState&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("answered", &ReflectorState::answered),
                          field("dropped", &ReflectorState::dropped)};
    }
};

// Stateless but for its counts: one ReflectResponse for each well-formed ReflectRequest, sent to
// where the request came from, never larger than a datagram.
class Reflector {
public:
    using Input = std::variant<ReceivedDatagram, DeadlineReached>;
    using Output = protocol::Output<Notification, Remark>;
    using State = ReflectorState;

    void handle(Instant now, const Input& input);

    std::optional<Output> poll_output() { return outbox_.poll(); }

    [[nodiscard]] Instant next_deadline() const { return never; }

    [[nodiscard]] const State& state() const { return state_; }

private:
    State state_;
    Outbox<Output> outbox_;
};

}  // namespace invitro::protocol
