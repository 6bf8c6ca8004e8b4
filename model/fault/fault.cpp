#include "model/fault/fault.hpp"

namespace invitro::model {

std::string_view to_string(FaultKind kind) {
    switch (kind) {
        case FaultKind::loss:
            return "loss";
        case FaultKind::duplication:
            return "duplication";
        case FaultKind::reordering:
            return "reordering";
        case FaultKind::delay:
            return "delay";
        case FaultKind::broker_pause:
            return "broker_pause";
        case FaultKind::push_loss:
            return "push_loss";
        case FaultKind::push_duplication:
            return "push_duplication";
        case FaultKind::push_delay:
            return "push_delay";
        case FaultKind::push_outage:
            return "push_outage";
        case FaultKind::device_offline:
            return "device_offline";
        case FaultKind::partition:
            return "partition";
        case FaultKind::nat_flush:
            return "nat_flush";
        case FaultKind::broker_crash:
            return "broker_crash";
        case FaultKind::slow_disk:
            return "slow_disk";
        case FaultKind::disk_damage:
            return "disk_damage";
        case FaultKind::device_kill:
            return "device_kill";
        case FaultKind::device_reinstall:
            return "device_reinstall";
        case FaultKind::relay_crash:
            return "relay_crash";
        case FaultKind::relay_exhausted:
            return "relay_exhausted";
        case FaultKind::sms_loss:
            return "sms_loss";
        case FaultKind::mail_delay:
            return "mail_delay";
    }
    return "unknown";
}

std::optional<FaultKind> parse_fault_kind(std::string_view text) {
    for (std::size_t i = 0; i < fault_kind_count; ++i) {
        const auto kind = static_cast<FaultKind>(i);
        if (to_string(kind) == text) return kind;
    }
    return std::nullopt;
}

bool uses_probability(FaultKind kind) {
    switch (kind) {
        case FaultKind::loss:
        case FaultKind::duplication:
        case FaultKind::reordering:
        case FaultKind::push_loss:
        case FaultKind::push_duplication:
        case FaultKind::sms_loss:
            return true;
        case FaultKind::delay:
        case FaultKind::broker_pause:
        case FaultKind::push_delay:
        case FaultKind::push_outage:
        case FaultKind::device_offline:
        case FaultKind::partition:
        case FaultKind::nat_flush:
        case FaultKind::broker_crash:
        case FaultKind::slow_disk:
        case FaultKind::disk_damage:
        case FaultKind::device_kill:
        case FaultKind::device_reinstall:
        case FaultKind::relay_crash:
        case FaultKind::relay_exhausted:
        case FaultKind::mail_delay:
            return false;
    }
    return false;
}

bool uses_delay(FaultKind kind) {
    switch (kind) {
        case FaultKind::reordering:
        case FaultKind::delay:
        case FaultKind::push_delay:
        case FaultKind::slow_disk:
        case FaultKind::mail_delay:
            return true;
        case FaultKind::loss:
        case FaultKind::duplication:
        case FaultKind::broker_pause:
        case FaultKind::push_loss:
        case FaultKind::push_duplication:
        case FaultKind::push_outage:
        case FaultKind::device_offline:
        case FaultKind::partition:
        case FaultKind::nat_flush:
        case FaultKind::broker_crash:
        case FaultKind::disk_damage:
        case FaultKind::device_kill:
        case FaultKind::device_reinstall:
        case FaultKind::relay_crash:
        case FaultKind::relay_exhausted:
        case FaultKind::sms_loss:
            return false;
    }
    return false;
}

bool strikes_brokers(FaultKind kind) {
    return kind == FaultKind::broker_pause || kind == FaultKind::broker_crash ||
           kind == FaultKind::slow_disk || kind == FaultKind::disk_damage;
}

bool strikes_devices(FaultKind kind) {
    return kind == FaultKind::device_offline || kind == FaultKind::nat_flush ||
           kind == FaultKind::device_kill || kind == FaultKind::device_reinstall;
}

bool strikes_relays(FaultKind kind) {
    return kind == FaultKind::relay_crash || kind == FaultKind::relay_exhausted;
}

bool is_crash(FaultKind kind) {
    return kind == FaultKind::broker_crash || kind == FaultKind::device_kill ||
           kind == FaultKind::device_reinstall || kind == FaultKind::relay_crash;
}

bool crashes(FaultKind kind, NodeId node) {
    if (kind == FaultKind::broker_crash) return node.kind == NodeKind::broker;
    if (kind == FaultKind::relay_crash) return node.kind == NodeKind::relay;
    return is_crash(kind) && node.kind == NodeKind::device;
}

bool is_momentary(FaultKind kind) {
    return kind == FaultKind::nat_flush || kind == FaultKind::disk_damage;
}

}  // namespace invitro::model
