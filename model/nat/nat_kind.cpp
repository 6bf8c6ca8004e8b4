// The names that scenarios, traces and reports use.
#include "model/nat/nat_box.hpp"

namespace invitro::model {

std::string_view to_string(NatKind kind) {
    switch (kind) {
        case NatKind::pub:
            return "PUB";
        case NatKind::fw:
            return "FW";
        case NatKind::eim_eif:
            return "EIM/EIF";
        case NatKind::eim_adf:
            return "EIM/ADF";
        case NatKind::eim_apdf:
            return "EIM/APDF";
        case NatKind::adm_eif:
            return "ADM/EIF";
        case NatKind::adm_adf:
            return "ADM/ADF";
        case NatKind::adm_apdf:
            return "ADM/APDF";
        case NatKind::apdm_eif:
            return "APDM/EIF";
        case NatKind::apdm_adf:
            return "APDM/ADF";
        case NatKind::apdm_apdf:
            return "APDM/APDF";
        case NatKind::blk:
            return "BLK";
    }
    return "unknown";
}

std::optional<NatKind> parse_nat_kind(std::string_view text) {
    for (std::size_t i = 0; i < nat_kind_count; ++i) {
        const auto kind = static_cast<NatKind>(i);
        if (to_string(kind) == text) return kind;
    }
    return std::nullopt;
}

std::string_view to_string(NatRefusal refusal) {
    switch (refusal) {
        case NatRefusal::blocked:
            return "blocked";
        case NatRefusal::no_mapping:
            return "no_mapping";
        case NatRefusal::filtered:
            return "filtered";
        case NatRefusal::no_port:
            return "no_port";
        case NatRefusal::no_hairpin:
            return "no_hairpin";
    }
    return "unknown";
}

}  // namespace invitro::model
