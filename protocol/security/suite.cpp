#include "protocol/security/suite.hpp"

#include "protocol/security/mac.hpp"
#include "protocol/vocabulary/check.hpp"

#define XXH_INLINE_ALL
#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <xxhash.h>

namespace invitro::protocol {
namespace {

static_assert(std::tuple_size_v<PublicKey> == crypto_scalarmult_BYTES);
static_assert(seal_tag_size == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(seal_nonce_size == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);

using Octets = std::array<std::uint8_t, 32>;

std::uint64_t first_word(const RandomValue& value) {
    std::uint64_t word = 0;
    std::memcpy(&word, value.octets.data(), sizeof word);
    return word;
}

// 32 bytes that stand for others, where nothing has to be secret: no cryptography.
Octets quick_hash(ByteView bytes, std::uint64_t seed) {
    Octets hash{};
    for (std::size_t half = 0; half < 2; ++half) {
        XXH128_canonical_t canonical;
        XXH128_canonicalFromHash(
            &canonical, XXH3_128bits_withSeed(bytes.data(), bytes.size(), 2 * seed + half));
        std::memcpy(hash.data() + 16 * half, canonical.digest, 16);
    }
    return hash;
}

void put_quick_tag(const RandomValue& key, ByteView message, std::uint8_t* tag) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(
        &canonical, XXH3_128bits_withSeed(message.data(), message.size(), first_word(key)));
    std::memcpy(tag, canonical.digest, seal_tag_size);
}

RandomValue agreed_really(const KeyPair& own, const PublicKey& other) {
    RandomValue key;
    const int failed = crypto_box_curve25519xchacha20poly1305_beforenm(
        key.octets.data(), other.data(), own.secret.octets.data());
    // A public key of low order gives a key that everybody knows: take one that nobody does.
    if (failed != 0) {
        key = subkey(SealSuite::real, own.secret, 0);
    }
    return key;
}

// Symmetric, as it must be, by taking the two public keys in order.
RandomValue agreed_quickly(const PublicKey& own, const PublicKey& other) {
    std::array<std::uint8_t, 64> both{};
    const auto& [first, second] = std::minmax(own, other);
    std::copy(first.begin(), first.end(), both.begin());
    std::copy(second.begin(), second.end(), both.begin() + 32);
    return {quick_hash(both, 2)};
}

void seal_really(const RandomValue& key, std::size_t header_size, std::span<std::uint8_t> bytes) {
    std::uint8_t* const plain = bytes.data() + header_size;
    const std::size_t size = bytes.size() - header_size - seal_tag_size;
    crypto_aead_xchacha20poly1305_ietf_encrypt_detached(plain,
                                                        plain + size,
                                                        nullptr,
                                                        plain,
                                                        size,
                                                        bytes.data(),
                                                        header_size,
                                                        nullptr,
                                                        plain - seal_nonce_size,
                                                        key.octets.data());
}

bool open_really(const RandomValue& key,
                 std::size_t header_size,
                 ByteView sealed,
                 std::uint8_t* plain) {
    const std::uint8_t* const cipher = sealed.data() + header_size;
    const std::size_t size = sealed.size() - header_size - seal_tag_size;
    return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(plain,
                                                               nullptr,
                                                               cipher,
                                                               size,
                                                               cipher + size,
                                                               sealed.data(),
                                                               header_size,
                                                               cipher - seal_nonce_size,
                                                               key.octets.data()) == 0;
}

}  // namespace

KeyPair key_pair_of(SealSuite suite, const RandomValue& secret) {
    KeyPair pair{.secret = secret, .public_key = {}};
    switch (suite) {
        case SealSuite::real:
            crypto_scalarmult_base(pair.public_key.data(), secret.octets.data());
            break;
        case SealSuite::charged:
        case SealSuite::symbolic:
            pair.public_key = quick_hash(secret.octets, 1);
            break;
    }
    return pair;
}

RandomValue agreed_key(SealSuite suite, const KeyPair& own, const PublicKey& other) {
    switch (suite) {
        case SealSuite::real:
            return agreed_really(own, other);
        case SealSuite::charged:
        case SealSuite::symbolic:
            break;
    }
    return agreed_quickly(own.public_key, other);
}

RandomValue subkey(SealSuite suite, const RandomValue& key, std::uint64_t purpose) {
    if (suite != SealSuite::real) return {quick_hash(key.octets, purpose + 3)};
    std::array<std::uint8_t, 8> message{};
    for (unsigned i = 0; i < 8; ++i) {
        message[i] = static_cast<std::uint8_t>(purpose >> (8 * i));
    }
    RandomValue derived;
    crypto_generichash(derived.octets.data(),
                       derived.octets.size(),
                       message.data(),
                       message.size(),
                       key.octets.data(),
                       key.octets.size());
    return derived;
}

void seal_in_place(SealSuite suite,
                   const RandomValue& key,
                   std::size_t header_size,
                   std::span<std::uint8_t> bytes) {
    CHECK(bytes.size() >= header_size + seal_tag_size, "the caller leaves room for the tag");
    const std::size_t tag_at = bytes.size() - seal_tag_size;
    switch (suite) {
        case SealSuite::real:
            seal_really(key, header_size, bytes);
            break;
        case SealSuite::charged:
            put_quick_tag(key, bytes.first(tag_at), bytes.data() + tag_at);
            break;
        case SealSuite::symbolic:
            std::copy_n(key.octets.begin(),
                        seal_tag_size,
                        bytes.begin() + static_cast<std::ptrdiff_t>(tag_at));
            break;
    }
}

std::optional<ByteView> open_sealed(SealSuite suite,
                                    const RandomValue& key,
                                    std::size_t header_size,
                                    ByteView sealed,
                                    std::vector<std::uint8_t>& room) {
    if (sealed.size() < header_size + seal_tag_size) return std::nullopt;
    const std::size_t tag_at = sealed.size() - seal_tag_size;
    const std::size_t size = tag_at - header_size;
    if (suite == SealSuite::real) {
        if (room.size() < size) room.resize(size);
        if (!open_really(key, header_size, sealed, room.data())) return std::nullopt;
        return ByteView{room}.first(size);
    }
    std::array<std::uint8_t, seal_tag_size> tag{};
    if (suite == SealSuite::charged) {
        put_quick_tag(key, sealed.first(tag_at), tag.data());
    } else {
        std::copy_n(key.octets.begin(), seal_tag_size, tag.begin());
    }
    if (!is_same_secret(tag, sealed.subspan(tag_at))) return std::nullopt;
    return sealed.subspan(header_size, size);
}

}  // namespace invitro::protocol
