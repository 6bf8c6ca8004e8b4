// What the bytes on the wire show to somebody who knows whose they are: that no nonce is used
// twice, that nothing a stranger must not read stands there, and that replays and forgeries lead to
// nothing.
//
// It reads the envelopes themselves, as they were sent and delivered, and leans on nothing of
// what the sealing layer keeps. Its own memory is bounded by the number of streams.
#pragma once

#include "model/event.hpp"
#include "properties/facts.hpp"
#include "protocol/security/envelope.hpp"
#include "protocol/security/replay_window.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "scenarios/world.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace invitro::properties {

// How often each promise was put to the test, and the first time it was broken.
struct SealFacts {
    std::uint64_t streams_continued = 0;  // streams of two messages or more
    Moment nonce_repeated;
    std::uint64_t hidden = 0;  // messages with connection data in them that showed none of it
    Moment exposed;
    std::uint64_t replays = 0;  // delivered
    Moment replay_acted_on;
    std::uint64_t authentic = 0;  // messages at a broker that their author has sealed
    std::uint64_t forged = 0;     // messages at a broker that somebody else has, or nobody
    Moment forgery_acted_on;
    std::uint32_t device = nobody;  // of the first breach, as far as it is known

    bool operator==(const SealFacts&) const = default;
};

// The device that has sealed this payload for the brokers and is named as the author of the message
// in it; none if nobody has sealed it, or somebody else.
[[nodiscard]] std::optional<DeviceId> author_by_seal(protocol::ByteView payload,
                                                     protocol::ByteView message);

class SealWatch {
public:
    // The world must outlive this.
    explicit SealWatch(const scenarios::World& world) : world_(world) {}

    [[nodiscard]] const SealFacts& facts() const { return facts_; }

    // Before anything else is done about the event: does it follow from what should lead to
    // nothing?
    void before(const model::EventHeader& header, bool is_consequence) {
        if (suspicion_ != Suspicion::none && is_consequence && header.cause == suspect_) {
            blame(header);
        }
    }

    void sent(const model::EventHeader& header, const model::DatagramSent& event);
    void pushed(const model::EventHeader& header, const model::PushSubmitted& event);

    // True if it should lead to nothing.
    bool delivered(const model::EventHeader& header, const model::DatagramDelivered& event);

    // True if the receiver has heard the sender since it sealed this: in a newer incarnation, or in
    // so many messages that it no longer knows which of them came. Asked before `delivered`.
    [[nodiscard]] bool is_outdated(const model::EventHeader& header,
                                   const model::DatagramDelivered& event) const;

    // A new incarnation has seen nothing yet.
    void started(const model::EventHeader& header, const model::NodeStarted& event);

private:
    // What a datagram is suspected of that was delivered just now.
    enum class Suspicion : std::uint8_t { none, replay, forgery };

    // Under which a stream is kept, at its sender or at one receiver.
    using StreamName = protocol::Id128<struct StreamNameTag>;

    // The newest numbers that one node got of one stream.
    struct Delivered {
        std::array<std::uint64_t, 8> numbers{};
        std::uint32_t next = 0;

        bool operator==(const Delivered&) const = default;
    };

    // What was heard last of a sender at one of its receivers.
    struct Newest {
        std::uint64_t stream = 0;
        std::uint64_t number = 0;

        bool operator==(const Newest&) const = default;
    };

    [[nodiscard]] StreamName at_receiver(StreamName name, const model::EventHeader& header) const;
    void note_newest(const model::EventHeader& header, const protocol::EnvelopeHeader& envelope);
    void note_nonce(const model::EventHeader& header, const protocol::EnvelopeHeader& envelope);
    void note_secrecy(const model::EventHeader& header,
                      std::uint32_t device,
                      protocol::ByteView payload,
                      protocol::ByteView message);
    bool is_replay(const model::EventHeader& header, const protocol::EnvelopeHeader& envelope);
    void blame(const model::EventHeader& header);
    void keep_device(std::uint32_t device);

    const scenarios::World& world_;
    SealFacts facts_;
    protocol::DenseMap<StreamName, protocol::ReplayWindow> numbers_;  // as they were given out
    protocol::DenseMap<StreamName, Delivered> delivered_;
    protocol::DenseMap<StreamName, Newest> newest_;                  // of whoever speaks to brokers
    protocol::DenseMap<std::uint64_t, std::uint32_t> incarnations_;  // beyond the first, by node
    Suspicion suspicion_ = Suspicion::none;
    model::Sequence suspect_ = 0;
    std::uint32_t suspect_device_ = nobody;
};

}  // namespace invitro::properties
