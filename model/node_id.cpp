#include "model/node_id.hpp"

namespace invitro::model {

std::string to_string(NodeId node) {
    const std::string number = std::to_string(node.number);
    switch (node.kind) {
        case NodeKind::none:
            return "everybody";
        case NodeKind::broker:
            return "broker " + number;
        case NodeKind::reflector:
            return "reflector " + number;
        case NodeKind::relay:
            return "relay " + number;
        case NodeKind::device:
            return "device " + number;
        case NodeKind::attacker:
            return "attacker " + number;
    }
    return "unknown";
}

}  // namespace invitro::model
