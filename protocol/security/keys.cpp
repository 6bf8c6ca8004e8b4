#include "protocol/security/keys.hpp"

#include <sodium.h>

namespace invitro::protocol {

std::string_view to_string(SealSuite suite) {
    switch (suite) {
        case SealSuite::real:
            return "real";
        case SealSuite::charged:
            return "charged";
        case SealSuite::symbolic:
            return "symbolic";
    }
    return "unknown";
}

DeviceId device_id_of(const PublicKey& key) {
    std::array<std::uint8_t, 16> hash{};
    crypto_generichash(hash.data(), hash.size(), key.data(), key.size(), nullptr, 0);
    DeviceId id;
    for (std::size_t i = 0; i < 8; ++i) {
        id.high = id.high << 8 | hash[i];
        id.low = id.low << 8 | hash[8 + i];
    }
    return id;
}

}  // namespace invitro::protocol
