#include "sim/active_faults.hpp"

#include "model/draw.hpp"

#include <algorithm>

namespace invitro::sim {
namespace {

using model::Fault;
using model::FaultKind;

// The delay of a reordered datagram is drawn anew for each, so that they overtake each other.
protocol::Duration held_back(const Fault& fault, std::uint64_t draw) {
    constexpr int steps = 1024;
    return fault.delay / steps * model::below(steps, model::mix(draw));
}

// The probability that at least one of two independent things happens.
model::Probability either(model::Probability a, model::Probability b) {
    const auto first = static_cast<std::uint64_t>(a);
    const auto second = static_cast<std::uint64_t>(b);
    // Both are at most 2^32: the product of the halved values stays below 2^63.
    return model::Probability{first + second - (((first >> 1) * (second >> 1)) >> 30)};
}

void apply(const Fault& fault, std::uint64_t draw, FaultEffect& effect) {
    const bool hit = model::happens(fault.probability, draw);
    switch (fault.kind) {
        case FaultKind::loss:
            effect.lost |= hit;
            break;
        case FaultKind::duplication:
            effect.duplicated |= hit;
            break;
        case FaultKind::reordering:
            if (hit) effect.delay += held_back(fault, draw);
            break;
        case FaultKind::delay:
            effect.delay += fault.delay;
            break;
        case FaultKind::partition:
        case FaultKind::device_offline:
            effect.lost = true;
            break;
        case FaultKind::broker_pause:
        case FaultKind::push_loss:
        case FaultKind::push_duplication:
        case FaultKind::push_delay:
        case FaultKind::push_outage:
        case FaultKind::nat_flush:
        case FaultKind::broker_crash:
        case FaultKind::slow_disk:
        case FaultKind::disk_damage:
        case FaultKind::device_kill:
        case FaultKind::device_reinstall:
        case FaultKind::relay_crash:
        case FaultKind::relay_exhausted:
        case FaultKind::sms_loss:
        case FaultKind::mail_delay:
            break;
    }
}

}  // namespace

FaultEffect ActiveFaults::on_datagram(model::NodeId node, End end, std::uint64_t identity) const {
    FaultEffect effect;
    for (const std::uint32_t index : active_) {
        const Fault& fault = schedule_[index];
        const bool untargeted = fault.target.kind == model::NodeKind::none;
        if (untargeted ? end != End::sender : fault.target != node) continue;
        const std::uint64_t draw =
            model::draw(seed_, model::Subsystem::fault, fault.number, end, identity);
        apply(fault, draw, effect);
    }
    return effect;
}

model::PushConditions ActiveFaults::on_push(model::NodeId device) const {
    model::PushConditions conditions;
    for (const std::uint32_t index : active_) {
        const Fault& fault = schedule_[index];
        if (!fault.concerns(device)) continue;
        if (fault.kind == FaultKind::push_loss) {
            conditions.loss = either(conditions.loss, fault.probability);
        }
        if (fault.kind == FaultKind::push_duplication) {
            conditions.duplication = either(conditions.duplication, fault.probability);
        }
        if (fault.kind == FaultKind::push_delay) conditions.delay_added += fault.delay;
        if (fault.kind == FaultKind::push_outage) conditions.outage = true;
    }
    return conditions;
}

model::PostConditions ActiveFaults::on_post(model::PostKind kind, model::NodeId device) const {
    model::PostConditions conditions;
    for (const std::uint32_t index : active_) {
        const Fault& fault = schedule_[index];
        if (!fault.concerns(device)) continue;
        if (fault.kind == FaultKind::sms_loss && kind == model::PostKind::sms) {
            conditions.loss = either(conditions.loss, fault.probability);
        }
        if (fault.kind == FaultKind::mail_delay && kind == model::PostKind::mail) {
            conditions.delay_added += fault.delay;
        }
    }
    return conditions;
}

bool ActiveFaults::is_offline(model::NodeId node) const {
    return std::any_of(active_.begin(), active_.end(), [&](std::uint32_t index) {
        return schedule_[index].kind == FaultKind::device_offline &&
               schedule_[index].concerns(node);
    });
}

protocol::Instant ActiveFaults::paused_until(model::NodeId node) const {
    protocol::Instant until{};
    for (const std::uint32_t index : active_) {
        const Fault& fault = schedule_[index];
        if (fault.kind == FaultKind::broker_pause && fault.concerns(node)) {
            until = std::max(until, fault.end);
        }
    }
    return until;
}

bool ActiveFaults::keeps_down(model::NodeId node) const {
    return std::any_of(active_.begin(), active_.end(), [&](std::uint32_t index) {
        return model::crashes(schedule_[index].kind, node) && schedule_[index].concerns(node);
    });
}

bool ActiveFaults::is_exhausted(model::NodeId node) const {
    return std::any_of(active_.begin(), active_.end(), [&](std::uint32_t index) {
        const Fault& fault = schedule_[index];
        return fault.kind == FaultKind::relay_exhausted && fault.concerns(node);
    });
}

protocol::Duration ActiveFaults::disk_slower_by(model::NodeId node) const {
    protocol::Duration slower{};
    for (const std::uint32_t index : active_) {
        const Fault& fault = schedule_[index];
        if (fault.kind == FaultKind::slow_disk && fault.concerns(node)) slower += fault.delay;
    }
    return slower;
}

}  // namespace invitro::sim
