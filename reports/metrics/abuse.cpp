#include "reports/metrics/abuse.hpp"

#include "properties/history.hpp"
#include "sim/hostile.hpp"
#include "sim/identities.hpp"

#include <algorithm>
#include <variant>

namespace invitro::reports {
namespace {

constexpr std::array<std::string_view, abuse_figure_count> abuse_names = {"answered",
                                                                          "refused",
                                                                          "accepts_forged",
                                                                          "calls_held_max",
                                                                          "tokens_of_call_max",
                                                                          "bindings_held_max",
                                                                          "rates_held_max",
                                                                          "waiting_max"};

}  // namespace

std::string_view to_string(AbuseFigure figure) {
    return abuse_names[static_cast<std::size_t>(figure)];
}

// ---- the figures --------------------------------------------------------------------------------

void Abuse::put(AbuseFigure figure, std::uint64_t value) {
    std::uint64_t& own = figures_[static_cast<std::size_t>(figure)];
    own = is_maximum(figure) ? std::max(own, value) : own + value;
}

void Abuse::merge(const Abuse& other) {
    for (std::size_t i = 0; i < abuse_figure_count; ++i) {
        put(static_cast<AbuseFigure>(i), other.figures_[i]);
    }
}

void Abuse::write(properties::ByteWriter& writer) const {
    for (const std::uint64_t figure : figures_) {
        writer.number(figure);
    }
}

Abuse Abuse::read(properties::ByteReader& reader) {
    Abuse abuse;
    for (std::uint64_t& figure : abuse.figures_) {
        figure = reader.number();
    }
    return abuse;
}

// ---- from events --------------------------------------------------------------------------------

void AbuseWatch::observe(const model::Event& event) {
    if (world_.attackers.empty()) return;
    const model::EventHeader& header = event.header;
    if (const auto* sent = std::get_if<model::DatagramSent>(&event.body)) {
        if (header.node.kind != model::NodeKind::attacker) on_sent(*sent);
    } else if (const auto* given =
                   std::get_if<model::CommandGiven<protocol::Command>>(&event.body)) {
        const auto* accept = std::get_if<protocol::AcceptCommand>(&given->command);
        if (accept != nullptr) consents(header.node.number, accept->call);
    } else if (const auto* told =
                   std::get_if<model::Notified<protocol::Notification>>(&event.body)) {
        on_notification(header, told->notification);
    } else if (const auto* state = std::get_if<model::StateMeasured>(&event.body)) {
        on_measured(*state);
    }
}

void AbuseWatch::on_sent(const model::DatagramSent& sent) {
    if (!sim::is_attacker(sent.destination)) return;
    abuse_.put(AbuseFigure::answered, 1);
    const auto type = properties::peek_type(model::message_in(sent));
    if (type == protocol::MessageType::invite_failed) abuse_.put(AbuseFigure::refused, 1);
}

void AbuseWatch::on_notification(const model::EventHeader& header,
                                 const protocol::Notification& notification) {
    if (const auto* crossed = std::get_if<protocol::CallsCrossed>(&notification)) {
        // Its user called: that is consent to the call that goes on.
        consents(header.node.number, crossed->call);
    } else if (const auto* arrived = std::get_if<protocol::AcceptArrived>(&notification)) {
        const bool is_forged = !consented_.contains({arrived->call, arrived->device});
        if (is_forged) abuse_.put(AbuseFigure::accepts_forged, 1);
    }
}

void AbuseWatch::on_measured(const model::StateMeasured& state) {
    abuse_.put(AbuseFigure::calls_held_max, state.calls);
    abuse_.put(AbuseFigure::tokens_of_call_max, state.tokens_of_call);
    abuse_.put(AbuseFigure::bindings_held_max, state.bindings);
    abuse_.put(AbuseFigure::rates_held_max, state.subjects);
    abuse_.put(AbuseFigure::waiting_max, state.waiting);
}

void AbuseWatch::consents(std::uint32_t device, const protocol::CallId& call) {
    consented_.insert({call, sim::device_id(world_.security, world_.seed, device)});
}

}  // namespace invitro::reports
