#include "protocol/vocabulary/connection_data.hpp"

namespace invitro::protocol {

std::string_view to_string(CandidateKind kind) {
    switch (kind) {
        case CandidateKind::host:
            return "host";
        case CandidateKind::server_reflexive:
            return "server_reflexive";
        case CandidateKind::peer_reflexive:
            return "peer_reflexive";
        case CandidateKind::relayed:
            return "relayed";
    }
    return "unknown";
}

std::uint32_t candidate_priority(CandidateKind kind, std::uint16_t local_preference) {
    const auto type_preference = [kind]() -> std::uint32_t {
        switch (kind) {
            case CandidateKind::host:
                return 126;
            case CandidateKind::peer_reflexive:
                return 110;
            case CandidateKind::server_reflexive:
                return 100;
            case CandidateKind::relayed:
                return 0;
        }
        return 0;
    }();
    return (type_preference << 24) | (std::uint32_t{local_preference} << 8) | 255U;
}

std::string_view to_string(MappingBehaviour behaviour) {
    switch (behaviour) {
        case MappingBehaviour::unknown:
            return "unknown";
        case MappingBehaviour::none:
            return "none";
        case MappingBehaviour::endpoint_independent:
            return "endpoint_independent";
        case MappingBehaviour::dependent:
            return "dependent";
        case MappingBehaviour::address_dependent:
            return "address_dependent";
        case MappingBehaviour::address_and_port_dependent:
            return "address_and_port_dependent";
    }
    return "unknown";
}

std::string_view to_string(FilteringBehaviour behaviour) {
    switch (behaviour) {
        case FilteringBehaviour::unknown:
            return "unknown";
        case FilteringBehaviour::endpoint_independent:
            return "endpoint_independent";
        case FilteringBehaviour::address_dependent:
            return "address_dependent";
        case FilteringBehaviour::address_and_port_dependent:
            return "address_and_port_dependent";
    }
    return "unknown";
}

}  // namespace invitro::protocol
