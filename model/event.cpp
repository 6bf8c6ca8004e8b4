#include "model/event.hpp"

namespace invitro::model {

std::string_view to_string(DropReason reason) {
    switch (reason) {
        case DropReason::loss:
            return "loss";
        case DropReason::fault:
            return "fault";
        case DropReason::offline:
            return "offline";
        case DropReason::unroutable:
            return "unroutable";
        case DropReason::nat_blocked:
            return "nat_blocked";
        case DropReason::nat_no_mapping:
            return "nat_no_mapping";
        case DropReason::nat_filtered:
            return "nat_filtered";
        case DropReason::nat_no_port:
            return "nat_no_port";
        case DropReason::nat_no_hairpin:
            return "nat_no_hairpin";
        case DropReason::node_down:
            return "node_down";
    }
    return "unknown";
}

std::string_view kind_name(const EventBody& body) {
    static constexpr std::string_view names[] = {
        "DatagramSent",     "DatagramDelivered", "DatagramDropped",
        "PushSubmitted",    "PushDelivered",     "PushStored",
        "PushDropped",      "CommandGiven",      "Notified",
        "Remarked",         "NodeStarted",       "DeadlineServed",
        "FaultStarted",     "FaultEnded",        "ConnectivityChanged",
        "WorldEnded",       "NodeCrashed",       "StorageRefused",
        "StorageDamaged",   "BytesWritten",      "BytesPersisted",
        "SegmentLost",      "StreamBroken",      "StateMeasured",
        "PostSubmitted",    "PostDelivered",     "PostLost",
        "MembershipOrdered"};
    static_assert(std::size(names) == std::variant_size_v<EventBody>);
    return names[body.index()];
}

}  // namespace invitro::model
