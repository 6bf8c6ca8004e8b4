#include "protocol/paths/sealed_connection.hpp"

#include "protocol/security/suite.hpp"
#include "protocol/wire/codec.hpp"
#include "protocol/wire/message_size.hpp"

#include <algorithm>
#include <array>
#include <variant>
#include <vector>

namespace invitro::protocol {
namespace {

constexpr std::uint64_t purpose = 1;  // of the subkey; the session's key itself makes tags

static_assert(seal_nonce_size + message_size_max<CandidateUpdate> + seal_tag_size <=
              sealed_connection_max);

std::array<std::uint8_t, seal_nonce_size> nonce_of(const RandomValue& key, ByteView message) {
    const Tag128 first = authenticate(key, message);
    const Tag128 second = authenticate(key, first);
    std::array<std::uint8_t, seal_nonce_size> nonce{};
    std::copy(first.begin(), first.end(), nonce.begin());
    std::copy_n(second.begin(), nonce.size() - first.size(), nonce.begin() + first.size());
    return nonce;
}

}  // namespace

SealedConnection seal_connection(const RandomValue& session_key, const LegConnection& data) {
    const RandomValue key = subkey(SealSuite::real, session_key, purpose);
    std::array<std::uint8_t, message_size_max<CandidateUpdate>> room{};
    const CandidateUpdate update{
        .call = data.leg, .device = data.device, .connection = data.connection};
    const ByteView message{room.data(), encode_message(update, room)};
    std::vector<std::uint8_t> bytes(seal_nonce_size + message.size() + seal_tag_size);
    const auto nonce = nonce_of(key, message);
    std::copy(nonce.begin(), nonce.end(), bytes.begin());
    std::copy(message.begin(), message.end(), bytes.begin() + nonce.size());
    seal_in_place(SealSuite::real, key, seal_nonce_size, bytes);
    SealedConnection sealed;
    sealed.assign(bytes);
    return sealed;
}

std::optional<LegConnection> open_connection(const RandomValue& session_key,
                                             const SealedConnection& sealed) {
    if (sealed.view().size() < seal_nonce_size + seal_tag_size) return std::nullopt;
    const RandomValue key = subkey(SealSuite::real, session_key, purpose);
    std::vector<std::uint8_t> room;
    const auto opened = open_sealed(SealSuite::real, key, seal_nonce_size, sealed.view(), room);
    const auto message = decode(opened.value_or(ByteView{}));
    const auto* update = message ? std::get_if<CandidateUpdate>(&*message) : nullptr;
    if (!opened || update == nullptr) return std::nullopt;
    return LegConnection{
        .leg = update->call, .device = update->device, .connection = update->connection};
}

}  // namespace invitro::protocol
