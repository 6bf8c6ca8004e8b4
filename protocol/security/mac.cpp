#include "protocol/security/mac.hpp"

namespace invitro::protocol {

Mac::Mac(const RandomValue& cluster_key, MacUse use)
    : key_(draw(cluster_key, Purpose::mac_key, static_cast<std::uint64_t>(use))) {}

Mac& Mac::add(std::uint64_t number) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
        message_.push_back(static_cast<std::uint8_t>(number >> shift));
    }
    return *this;
}

Mac& Mac::add(ByteView bytes) {
    add(static_cast<std::uint64_t>(bytes.size()));
    for (const std::uint8_t octet : bytes) {
        message_.push_back(octet);
    }
    return *this;
}

Tag128 Mac::tag() const {
    return authenticate(key_, message_.view());
}

bool is_same_secret(ByteView a, ByteView b) {
    if (a.size() != b.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference |= static_cast<unsigned>(a[i] ^ b[i]);
    }
    return difference == 0;
}

}  // namespace invitro::protocol
