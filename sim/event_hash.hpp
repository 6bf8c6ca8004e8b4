// The running hash over a world's event stream that ends as its fingerprint.
//
// Each event contributes its header and its fields in fixed width, in declaration order; payloads
// contribute their length and digest. Nothing else does: no pointer, no text, no version.
#pragma once

#include "model/event.hpp"
#include "protocol/vocabulary/state.hpp"
#include "sim/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace invitro::sim {

// XXH3-64 of a payload, as events carry it.
std::uint64_t digest_of(protocol::ByteView payload);

class EventHash {
public:
    EventHash();
    ~EventHash();
    EventHash(const EventHash&) = delete;
    EventHash& operator=(const EventHash&) = delete;
    EventHash(EventHash&&) = delete;
    EventHash& operator=(EventHash&&) = delete;

    // The event of this header whose body is the alternative `index` of its variant.
    template <class Body>
    void add(const model::EventHeader& header, std::uint64_t index, const Body& body) {
        put(header.at);
        put(header.cause);
        put(model::key_of(header.node));
        put(header.call);
        put(index);
        add_body(body);
    }

    [[nodiscard]] Fingerprint result();

private:
    struct State;

    // The bytes of protocol::serialise(). What every event has is written without its detours.
    template <class T>
    void put(const T& value) {
        scratch_.clear();
        protocol::serialise(value, scratch_);
        put_octets(scratch_);
    }

    template <protocol::leaf::Number T>
    void put(const T& value) {
        if (buffer_.size() - used_ < sizeof(T)) flush();
        store(static_cast<std::uint64_t>(value), std::make_index_sequence<sizeof(T)>{});
    }

    void put(const protocol::Instant& at) { put(protocol::nanoseconds(at)); }

    template <class Tag>
    void put(const protocol::Id128<Tag>& id) {
        put(id.high);
        put(id.low);
    }

    void put(const protocol::Address& address) {
        put(address.ip.family);
        put_octets(address.ip.octets);
        put(address.port);
    }

    // Little-endian, in one store of the machine where it can.
    template <std::size_t... i>
    void store(std::uint64_t number, std::index_sequence<i...> /*octets*/) {
        ((buffer_[used_ + i] = static_cast<std::uint8_t>(number >> (8 * i))), ...);
        used_ += sizeof...(i);
    }

    void put_octets(protocol::ByteView octets) {
        for (std::size_t done = 0; done < octets.size();) {
            if (used_ == buffer_.size()) flush();
            const auto part = std::min(octets.size() - done, buffer_.size() - used_);
            std::memcpy(buffer_.data() + used_, octets.data() + done, part);
            used_ += part;
            done += part;
        }
    }

    void put_payload(protocol::ByteView payload, std::uint64_t digest) {
        put(static_cast<std::uint64_t>(payload.size()));
        put(digest);
    }

    template <class Body>
    void add_datagram(const Body& body) {
        put(body.source);
        put(body.destination);
        put_payload(body.payload, body.digest);
    }

    void add_body(const model::DatagramSent& body) {
        add_datagram(body);
        put(body.on_stream);
    }

    void add_body(const model::DatagramDelivered& body) {
        add_datagram(body);
        put(body.on_stream);
    }

    void add_body(const model::DatagramDropped& body) {
        put(body.reason);
        add_datagram(body);
    }

    void add_body(const model::PushSubmitted& body) {
        put(body.provider);
        put(body.device);
        put(body.outcome);
        put_payload(body.payload, body.digest);
    }

    void add_body(const model::PushDelivered& body) { put_payload(body.payload, body.digest); }

    void add_body(const model::PushStored&) {}

    void add_body(const model::PushDropped& body) { put(body.reason); }

    template <class Command>
    void add_body(const model::CommandGiven<Command>& body) {
        put(body.command);
    }

    template <class Notification>
    void add_body(const model::Notified<Notification>& body) {
        put(body.notification);
    }

    template <class Remark>
    void add_body(const model::Remarked<Remark>& body) {
        put(body.remark);
    }

    void add_body(const model::NodeStarted& body) { put(body.incarnation); }

    void add_body(const model::DeadlineServed&) {}

    void add_body(const model::FaultStarted& body) { put(body.fault.number); }

    void add_body(const model::FaultEnded& body) { put(body.fault.number); }

    void add_body(const model::ConnectivityChanged& body) { put(body.online); }

    void add_body(const model::WorldEnded& body) { put(body.quiescent); }

    void add_body(const model::NodeCrashed& body) {
        put(body.bytes_lost);
        put(body.is_reinstalled);
    }

    void add_body(const model::StorageRefused&) {}

    void add_body(const model::StorageDamaged& body) { put(body.damage); }

    void add_body(const model::BytesWritten& body) {
        put(body.number);
        put(body.starts_segment);
        put_payload(body.payload, body.digest);
    }

    void add_body(const model::BytesPersisted& body) { put(body.number); }

    void add_body(const model::SegmentLost& body) {
        put(static_cast<std::uint64_t>(body.wait.count()));
    }

    void add_body(const model::StreamBroken&) {}

    void add_body(const model::StateMeasured& body) {
        put(body.calls);
        put(body.tokens_of_call);
        put(body.bindings);
        put(body.subjects);
        put(body.waiting);
    }

    void add_body(const model::PostSubmitted& body) {
        put(body.kind);
        put(body.address);
        put(body.parts);
        put_payload(body.payload, body.digest);
    }

    void add_body(const model::PostDelivered& body) {
        put(body.kind);
        put(body.address);
        put_payload(body.payload, body.digest);
    }

    void add_body(const model::PostLost& body) { put(body.kind); }

    void add_body(const model::MembershipOrdered& body) {
        put(body.epoch);
        put(body.broker);
        put(body.joins);
    }

    void flush();

    std::unique_ptr<State> state_;
    std::array<std::uint8_t, 4096> buffer_{};  // of which the first `used_` wait to be hashed
    std::size_t used_ = 0;
    std::vector<std::uint8_t> scratch_;
};

}  // namespace invitro::sim
