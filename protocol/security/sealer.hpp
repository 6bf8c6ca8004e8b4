// What seals and opens for one node: its keys, and a channel for each party it talks to.
//
// A *channel* holds the keys of both directions, the stream that goes out and the window of what
// has come in. It follows from the keys alone and is made when first needed: there is no handshake,
// and a first message is already sealed, to the public key of the cluster or of the device.
//
// At most `channels_max` are kept. Beyond that the one that has not been used for longest (by the
// clock algorithm) is forgotten, and with it what was seen of its sender: from then on a replayed
// message of that sender passes once. Messages are idempotent, so even that changes no outcome
// but where a device is taken to be, until it speaks again.
#pragma once

#include "protocol/remarks.hpp"
#include "protocol/security/envelope.hpp"
#include "protocol/security/keys.hpp"
#include "protocol/security/replay_window.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/party.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

namespace invitro::protocol {

struct SealConfig {
    SealSuite suite = SealSuite::real;
    Party self;                     // a device, or a broker node
    KeyPair keys;                   // the device's; the cluster's
    PublicKey cluster{};            // the cluster's public key, also of a broker's node
    std::uint32_t incarnation = 1;  // grows with every start of the program
    RandomValue seed;               // of this incarnation
    std::uint32_t channels_max = 1;

    bool operator==(const SealConfig&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("suite", &SealConfig::suite),
                          field("self", &SealConfig::self),
                          field("keys", &SealConfig::keys),
                          field("cluster", &SealConfig::cluster),
                          field("incarnation", &SealConfig::incarnation),
                          field("seed", &SealConfig::seed),
                          field("channels_max", &SealConfig::channels_max)};
    }

    // A device knows the cluster's nodes; a node knows the devices it has heard or pushed to.
    static constexpr std::uint32_t device_channels_max = 17;
    static constexpr std::uint32_t broker_channels_max = 1U << 16;
};

struct SealChannel {
    RandomValue send_key;
    RandomValue receive_key;
    std::uint64_t stream = 0;  // of what goes out; 0: nothing has yet
    std::uint64_t fresh = 0;
    std::uint64_t sent = 0;  // messages of that stream
    ReplayWindow window;
    bool is_used = true;  // since the clock's hand came by

    bool operator==(const SealChannel&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("send_key", &SealChannel::send_key),
                          field("receive_key", &SealChannel::receive_key),
                          field("stream", &SealChannel::stream),
                          field("fresh", &SealChannel::fresh),
                          field("sent", &SealChannel::sent),
                          field("window", &SealChannel::window),
                          field("is_used", &SealChannel::is_used)};
    }
};

struct SealerState {
    SealConfig config;
    DenseMap<DeviceId, SealChannel> channels;  // a broker's node n stands under {0, n + 1}
    std::uint32_t hand = 0;                    // of the clock
    std::uint32_t streams = 0;                 // begun in this incarnation
    Counter sealed;
    Counter opened;

    bool operator==(const SealerState&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("config", &SealerState::config),
                          field("channels", &SealerState::channels),
                          field("hand", &SealerState::hand),
                          field("streams", &SealerState::streams),
                          field("sealed", &SealerState::sealed),
                          field("opened", &SealerState::opened)};
    }
};

// The key under which an envelope is sealed, as whoever has the cluster's keys works it out.
// `device` is the public key of the device at the other end, if there is one.
RandomValue envelope_key(SealSuite suite,
                         const KeyPair& cluster,
                         const EnvelopeHeader& header,
                         const PublicKey& device);

class Sealer {
public:
    explicit Sealer(const SealConfig& config);

    [[nodiscard]] const SealerState& state() const { return state_; }

    // Is there a channel to this party, or can one be made without being told a key?
    [[nodiscard]] bool can_seal_for(const Party& recipient) const;

    // The public key of a device. Precondition: its id is the key's hash.
    void learn(const PublicKey& key);

    // The kind of envelope in which a datagram to this party goes.
    [[nodiscard]] SealKind kind_for(const Party& recipient) const;

    // Seals into `to`, which has room for the overhead too; gives the size. Precondition:
    // can_seal_for(recipient). `kind`: kind_for(recipient), or push for a device.
    std::size_t seal(const Party& recipient,
                     SealKind kind,
                     ByteView plain,
                     std::span<std::uint8_t> to);

    struct Opened {
        Party sender;
        ByteView plain;  // holds until the next open(), and as long as `sealed` does
    };

    // Opens an envelope. Otherwise why it is dropped: malformed, forged or replayed.
    tl::expected<Opened, RemarkKind> open(ByteView sealed);

    void release_memory() { room_ = {}; }

private:
    [[nodiscard]] SealChannel make_channel(const Party& peer, const PublicKey& key) const;
    SealChannel& keep(const DeviceId& name, const SealChannel& channel);
    SealChannel* channel_to(const Party& recipient);
    void begin_stream(SealChannel& channel);
    [[nodiscard]] bool is_for_us(const EnvelopeHeader& header) const;

    SealerState state_;
    std::vector<std::uint8_t> room_;  // plaintext being handled; not part of the state
};

}  // namespace invitro::protocol
