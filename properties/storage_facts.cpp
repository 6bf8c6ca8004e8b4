#include "properties/storage_facts.hpp"

#include <algorithm>
#include <cstring>

namespace invitro::properties {
namespace {

std::uint64_t first_bytes(const std::uint8_t* bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes, sizeof number);
    return number;
}

}  // namespace

void StorageFacts::came(const Header& header, const JournalledMessage& message) {
    Broker& broker = brokers_[header.node.number];
    broker.cause = header.sequence;
    broker.message = message;
}

void StorageFacts::holds(const Header& header,
                         const protocol::CallKey& key,
                         CallId call,
                         Instant end) {
    const Broker* broker = brokers_.find(header.node.number);
    if (broker != nullptr && !broker->shows_snapshots) return;
    held_.insert_or_assign(first_bytes(key.data()),
                           Held{.call = call,
                                .end = end,
                                .broker = header.node.number,
                                .segment = broker == nullptr ? 0 : broker->segment});
}

void StorageFacts::written(const Header& header, const model::BytesWritten& event) {
    Broker& broker = brokers_[header.node.number];
    if (event.starts_segment) {
        ++broker.segment;
        if (event.payload.empty()) broker.shows_snapshots = false;
        find_keys(header.node.number, event.payload, broker.segment);
    }
    Record record{.number = event.number,
                  .size = event.payload.size(),
                  .starts_segment = event.starts_segment,
                  .message = std::nullopt};
    if (header.cause == broker.cause && broker.cause != 0) record.message = broker.message;
    broker.in_flight.push_back(record);
}

// The oldest record in flight is durable.
std::optional<JournalledMessage> StorageFacts::settle(const Header& header, Broker& broker) {
    const Record record = broker.in_flight.front();
    broker.in_flight.pop_front();
    if (record.starts_segment) {
        ++broker.durable_segment;
        broker.is_damaged = false;
        forget_segments_before(header, broker.durable_segment);
    }
    return record.message;
}

std::vector<JournalledMessage> StorageFacts::persisted(const Header& header,
                                                       const model::BytesPersisted& event) {
    std::vector<JournalledMessage> durable;
    Broker& broker = brokers_[header.node.number];
    while (!broker.in_flight.empty() && broker.in_flight.front().number <= event.number) {
        if (const auto message = settle(header, broker)) durable.push_back(*message);
    }
    return durable;
}

std::vector<JournalledMessage> StorageFacts::crashed(const Header& header,
                                                     const model::NodeCrashed& event) {
    std::vector<JournalledMessage> durable;
    Moment moment;
    moment.first(header);
    crashes_.push_back(moment);
    Broker& broker = brokers_[header.node.number];
    std::size_t kept = 0;
    for (const Record& record : broker.in_flight) {
        kept += record.size;
    }
    kept -= std::min<std::size_t>(kept, event.bytes_lost);
    while (!broker.in_flight.empty() && broker.in_flight.front().size <= kept) {
        kept -= broker.in_flight.front().size;
        if (const auto message = settle(header, broker)) durable.push_back(*message);
    }
    broker.in_flight.clear();
    broker.segment = broker.durable_segment;
    broker.cause = 0;
    return durable;
}

void StorageFacts::damaged(const Header& header, const model::StorageDamaged& event) {
    if (event.damage != model::Disk::Damage::none) brokers_[header.node.number].is_damaged = true;
}

void StorageFacts::started(const Header& header, const model::NodeStarted& event) {
    if (event.incarnation <= 1) return;
    Moment moment;
    moment.first(header);
    restarts_.push_back({.at = moment,
                         .broker = header.node.number,
                         .was_damaged = brokers_[header.node.number].is_damaged});
}

void StorageFacts::refused(const Header& header) {
    Moment moment;
    moment.first(header);
    restarts_.push_back({.at = moment,
                         .broker = header.node.number,
                         .was_damaged = brokers_[header.node.number].is_damaged,
                         .was_refused = true});
}

bool StorageFacts::has_crash_between(const Moment& first, const Moment& second) const {
    return std::any_of(crashes_.begin(), crashes_.end(), [&](const Moment& crash) {
        return first.is_before(crash) && crash.is_before(second);
    });
}

// ---- connection data ----------------------------------------------------------------------------

void StorageFacts::find_keys(std::uint32_t broker,
                             protocol::ByteView snapshot,
                             std::uint64_t segment) {
    if (held_.empty()) return;
    for (std::size_t at = 0; at + sizeof(std::uint64_t) <= snapshot.size(); ++at) {
        Held* held = held_.find(first_bytes(snapshot.data() + at));
        if (held != nullptr && held->broker == broker) held->segment = segment;
    }
}

void StorageFacts::forget_segments_before(const Header& header, std::uint64_t segment) {
    Moment moment;
    moment.first(header);
    held_.erase_if([&](const auto& entry) {
        const Held& held = entry.value;
        const bool is_gone = held.broker == header.node.number && held.segment < segment;
        if (is_gone) left_.push_back({.call = held.call, .gone = moment, .end = held.end});
        return is_gone;
    });
}

bool StorageFacts::is_registering() const {
    const auto is_registration = [](const Record& record) {
        return record.message && record.message->type == protocol::MessageType::register_device;
    };
    return std::any_of(brokers_.begin(), brokers_.end(), [&](const auto& entry) {
        const auto& in_flight = entry.value.in_flight;
        return std::any_of(in_flight.begin(), in_flight.end(), is_registration);
    });
}

std::vector<StorageFacts::Left> StorageFacts::left(Instant now) const {
    std::vector<Left> all = left_;
    for (const auto& [key, held] : held_) {
        const Broker* broker = brokers_.find(held.broker);
        const bool is_known = broker != nullptr && broker->shows_snapshots;
        if (is_known && held.end < now) {
            all.push_back({.call = held.call, .gone = {}, .end = held.end});
        }
    }
    return all;
}

}  // namespace invitro::properties
