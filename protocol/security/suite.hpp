// What sealing is made of, as one strategy with three suites.
//
// - *real*: X25519, BLAKE2b, XChaCha20-Poly1305 (libsodium). What is deployed.
// - *charged*: the same sizes and the same checks with no cryptography in them, for worlds of
//   millions of messages. What it would have cost is charged to simulated processors by whoever
//   runs the world. Anybody can read and forge it; nobody in a world tries.
// - *symbolic*: a sealed message is its plaintext beside the name of its key, a function of both
//   and of nothing else, so that an explorer finds equal states equal.
#pragma once

#include "protocol/security/keys.hpp"
#include "protocol/vocabulary/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace invitro::protocol {

inline constexpr std::size_t seal_tag_size = 16;
inline constexpr std::size_t seal_nonce_size = 24;

// The key pair that follows from a secret.
KeyPair key_pair_of(SealSuite suite, const RandomValue& secret);

// What only the two can compute: equal for (my secret, your public) and (your secret, mine).
RandomValue agreed_key(SealSuite suite, const KeyPair& own, const PublicKey& other);

// A key for one direction or purpose, from one that serves several.
RandomValue subkey(SealSuite suite, const RandomValue& key, std::uint64_t purpose);

// Seals in place: `bytes` is header, nonce (its last bytes: `header_size` includes it), plaintext
// and room for the tag. The header is authenticated, too.
void seal_in_place(SealSuite suite,
                   const RandomValue& key,
                   std::size_t header_size,
                   std::span<std::uint8_t> bytes);

// The plaintext of what seal_in_place() has made; nothing if it has not been made with this key or
// has been changed since. The view is of `sealed` or of `room`.
[[nodiscard]] std::optional<ByteView> open_sealed(SealSuite suite,
                                                  const RandomValue& key,
                                                  std::size_t header_size,
                                                  ByteView sealed,
                                                  std::vector<std::uint8_t>& room);

}  // namespace invitro::protocol
