// Which numbers from outside stand for an enumerator. Each switch names every enumerator, so that
// the compiler warns about one that was added and forgotten here.
#pragma once

#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/messages.hpp"

namespace invitro::protocol {

constexpr bool is_known(PushProvider provider) {
    switch (provider) {
        case PushProvider::apns:
        case PushProvider::fcm:
        case PushProvider::web_push:
            return true;
    }
    return false;
}

constexpr bool is_known(CandidateKind kind) {
    switch (kind) {
        case CandidateKind::host:
        case CandidateKind::server_reflexive:
        case CandidateKind::peer_reflexive:
        case CandidateKind::relayed:
            return true;
    }
    return false;
}

constexpr bool is_known(MappingBehaviour behaviour) {
    switch (behaviour) {
        case MappingBehaviour::unknown:
        case MappingBehaviour::none:
        case MappingBehaviour::endpoint_independent:
        case MappingBehaviour::dependent:
        case MappingBehaviour::address_dependent:
        case MappingBehaviour::address_and_port_dependent:
            return true;
    }
    return false;
}

constexpr bool is_known(FilteringBehaviour behaviour) {
    switch (behaviour) {
        case FilteringBehaviour::unknown:
        case FilteringBehaviour::endpoint_independent:
        case FilteringBehaviour::address_dependent:
        case FilteringBehaviour::address_and_port_dependent:
            return true;
    }
    return false;
}

constexpr bool is_known(ReflectOrigin origin) {
    switch (origin) {
        case ReflectOrigin::same:
        case ReflectOrigin::other_port:
        case ReflectOrigin::other_address:
            return true;
    }
    return false;
}

constexpr bool is_known(AnswerPolicy policy) {
    switch (policy) {
        case AnswerPolicy::first:
        case AnswerPolicy::all:
        case AnswerPolicy::choose:
            return true;
    }
    return false;
}

constexpr bool is_known(DeclineScope scope) {
    switch (scope) {
        case DeclineScope::here:
        case DeclineScope::everywhere:
            return true;
    }
    return false;
}

constexpr bool is_known(DeclineReason reason) {
    switch (reason) {
        case DeclineReason::declined:
        case DeclineReason::busy:
            return true;
    }
    return false;
}

constexpr bool is_known(FailureReason reason) {
    switch (reason) {
        case FailureReason::refused:
        case FailureReason::overloaded:
            return true;
    }
    return false;
}

constexpr bool is_known(EndReason reason) {
    switch (reason) {
        case EndReason::unknown:
        case EndReason::answered:
        case EndReason::declined:
        case EndReason::cancelled:
        case EndReason::expired:
            return true;
    }
    return false;
}

constexpr bool is_known(TransferStep step) {
    switch (step) {
        case TransferStep::offered:
        case TransferStep::accepted:
        case TransferStep::refused:
        case TransferStep::declined:
        case TransferStep::expired:
        case TransferStep::over:
            return true;
    }
    return false;
}

constexpr bool is_known(LegState state) {
    switch (state) {
        case LegState::searching:
        case LegState::connected:
        case LegState::failed:
            return true;
    }
    return false;
}

constexpr bool is_known(RelayRefusal reason) {
    switch (reason) {
        case RelayRefusal::stale_nonce:
        case RelayRefusal::full:
        case RelayRefusal::too_many:
        case RelayRefusal::expired:
            return true;
    }
    return false;
}

}  // namespace invitro::protocol
