// What brokers have written to their disks, and what of it is durable.
//
// Follows the boundary events BytesWritten, BytesPersisted, NodeCrashed, NodeStarted and
// StorageRefused. A record belongs to the message whose delivery caused it to be written; a crash
// keeps the first bytes of what was not durable yet, so whole records among them are kept too.
#pragma once

#include "model/event.hpp"
#include "properties/facts.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "protocol/wire/message_types.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace invitro::properties {

// A message whose acknowledgement is a promise.
struct JournalledMessage {
    protocol::MessageType type = protocol::MessageType::register_device;
    CallId call;
    std::uint32_t device = nobody;
    std::uint32_t incarnation = 0;  // of a registration
    Instant came{};                 // to the broker

    bool operator==(const JournalledMessage&) const = default;
};

class StorageFacts {
public:
    using Header = model::EventHeader;

    // A message has come to a broker; what the broker writes because of it is its record.
    void came(const Header& header, const JournalledMessage& message);

    // Connection data with this key belongs to an invitation that is forgotten at `end`.
    void holds(const Header& header, const protocol::CallKey& key, CallId call, Instant end);

    void written(const Header& header, const model::BytesWritten& event);

    // What is durable from now on.
    std::vector<JournalledMessage> persisted(const Header& header,
                                             const model::BytesPersisted& event);
    std::vector<JournalledMessage> crashed(const Header& header, const model::NodeCrashed& event);

    void damaged(const Header& header, const model::StorageDamaged& event);
    void started(const Header& header, const model::NodeStarted& event);
    void refused(const Header& header);

    // Each time a broker went down.
    [[nodiscard]] const std::vector<Moment>& crashes() const { return crashes_; }

    // A crash lies between the two.
    [[nodiscard]] bool has_crash_between(const Moment& first, const Moment& second) const;

    // ---- how connection data left the disk ------------------------------------------------------

    struct Left {
        CallId call;
        Moment gone;  // never, if it was still there when the world ended
        Instant end{};
    };

    // All that was to be gone by now, or is.
    [[nodiscard]] std::vector<Left> left(Instant now) const;

    // A registration has come and is not durable yet.
    [[nodiscard]] bool is_registering() const;

    // ---- what became of damage ------------------------------------------------------------------

    struct Restart {
        Moment at;
        std::uint32_t broker = 0;
        bool was_damaged = false;  // in what it had to read
        bool was_refused = false;
    };

    [[nodiscard]] const std::vector<Restart>& restarts() const { return restarts_; }

private:
    struct Record {
        std::uint64_t number = 0;
        std::size_t size = 0;
        bool starts_segment = false;
        std::optional<JournalledMessage> message;
    };

    struct Held {
        CallId call;
        Instant end{};
        std::uint32_t broker = 0;
        std::uint64_t segment = 0;  // the newest that holds it
    };

    struct Broker {
        Sequence cause = 0;  // the delivery of `message`
        JournalledMessage message;
        std::deque<Record> in_flight;
        std::uint64_t segment = 0;
        std::uint64_t durable_segment = 0;
        bool is_damaged = false;
        bool shows_snapshots = true;  // their bytes are in the events
    };

    std::optional<JournalledMessage> settle(const Header& header, Broker& broker);
    void forget_segments_before(const Header& header, std::uint64_t segment);
    void find_keys(std::uint32_t broker, protocol::ByteView snapshot, std::uint64_t segment);

    protocol::DenseMap<std::uint32_t, Broker> brokers_;
    protocol::DenseMap<std::uint64_t, Held> held_;  // by the first bytes of the key
    std::vector<Left> left_;
    std::vector<Moment> crashes_;
    std::vector<Restart> restarts_;
};

}  // namespace invitro::properties
