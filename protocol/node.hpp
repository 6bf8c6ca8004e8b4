// The sans-IO contract, stated once.
//
// Every machine of the service (broker, client, reflector) is a regular value that is told what
// happened and says what it wants done:
//
//     node.handle(now, input);                       // 1. something happened
//     while (auto output = node.poll_output()) ...   // 2. drain until empty
//     arm_timer(node.next_deadline());               // 3. come back by then with DeadlineReached
//
// It never reads a clock, opens a socket, draws from a global, logs or sleeps. Time is an argument
// and never runs backwards between two calls; a deadline may be served late, never early. Payload
// views in an output point into the node and hold until its next handle(). Two nodes with equal
// state that get equal inputs give equal outputs.
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/party.hpp"
#include "protocol/vocabulary/time.hpp"

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol {

// ---- inputs any machine may get ----------------------------------------------------------------

// A datagram arrived. `source` is as seen here, after any NAT; `destination` is our own address.
// `sender` is who sealed it, told by the sealing layer (security/sealed.hpp) and by nobody else:
// the network knows of no sender.
struct ReceivedDatagram {
    Address source;
    Address destination;
    ByteView payload;
    Party sender{};
};

// A push notification arrived at this device.
struct ReceivedPush {
    ByteView payload;
};

// What a push service said of one SendPush. Accepted is not delivered.
enum class PushOutcome : std::uint8_t {
    accepted = 0,
    throttled = 1,
    token_gone = 2,
    unavailable = 3
};

struct PushAnswered {
    std::uint64_t request = 0;  // SendPush::request
    PushOutcome outcome = PushOutcome::accepted;
};

// The operator says how much the machine may take on; what it has stays. Zero: it is being emptied.
struct CapacityChanged {
    std::uint32_t capacity = 0;
};

// A byte stream between two machines, as TCP provides: in order, whole, until it ends. Each end has
// its own name for it: who opened it chose one, whom it was opened to is given one by its owner,
// never the same twice, not in a later incarnation either.
enum class StreamId : std::uint64_t {};

// At who opened it: it works. At the other end: somebody has opened a stream to us.
struct StreamOpened {
    StreamId stream{};
    Address remote;  // the other end, after any NAT
};

// The next bytes of the stream, cut anywhere.
struct StreamReceived {
    StreamId stream{};
    ByteView bytes;
};

// The stream has ended, or could not be opened; what was under way may be lost.
struct StreamClosed {
    StreamId stream{};
};

// What is for this server leaves another way than before, by a stream or by UDP again: whoever
// knows the node by the address it comes from must hear of the new one.
struct RouteChanged {
    Address server;
};

// An SMS came in at the gateway. The network says whose number it is from.
struct ReceivedSms {
    EndpointIdentifier sender;
    ByteView body;
};

// The time given as next_deadline() has come.
struct DeadlineReached {};

// ---- outputs any machine may give --------------------------------------------------------------

// Send a datagram. `source` is one of the node's own addresses, or none for "any". `recipient` is
// for whom the sealing layer seals it; without that layer it means nothing. `is_question`: whoever
// gets it answers at once, so that silence tells that it, or the answer, was lost.
struct SendDatagram {
    Address source;
    Address destination;
    ByteView payload;
    Party recipient{};
    bool is_question = false;
};

enum class PushPriority : std::uint8_t { high = 0, normal = 1 };

// Hand a notification to the push service of `provider`.
struct SendPush {
    std::uint64_t request = 0;  // comes back in PushAnswered
    PushProvider provider = PushProvider::apns;
    ByteView token;
    ByteView payload;
    Duration time_to_live{};  // how long the service may keep it for an offline device
    PushPriority priority = PushPriority::high;
    CallId collapse_key;  // a later notification with the same key replaces an undelivered one
    Party recipient{};    // as in SendDatagram
};

// Open a stream to `destination`; StreamOpened or StreamClosed answers. The name is new.
struct OpenStream {
    StreamId stream{};
    Address source;  // as of SendDatagram
    Address destination;
};

// Send these bytes on an open stream. Of one that has ended they are lost.
struct SendStream {
    StreamId stream{};
    ByteView payload;
};

// End the stream, after what was sent on it. No StreamClosed answers.
struct CloseStream {
    StreamId stream{};
};

// Send an SMS to the service's gateway. A body takes one part if it has at most 140 octets, else
// one for each 134 (3GPP TS 23.040, 9.2.3.24.1: 6 octets of each part say which it is).
struct SendSms {
    ByteView body;
};

inline constexpr std::size_t sms_single_size_max = 140;
inline constexpr std::size_t sms_part_size_max = 134;

constexpr std::size_t sms_parts(std::size_t body_size) {
    if (body_size <= sms_single_size_max) return 1;
    return (body_size + sms_part_size_max - 1) / sms_part_size_max;
}

// Mail a link that holds these bytes; opened on the device that asked for it, they come back to its
// application.
struct SendMail {
    EndpointIdentifier recipient;
    ByteView link;
};

template <class Notification, class Remark>
using Output = std::variant<SendDatagram,
                            SendPush,
                            OpenStream,
                            SendStream,
                            CloseStream,
                            SendSms,
                            SendMail,
                            Notification,
                            Remark>;

// A machine: a regular value that follows the contract above. `Node::Input` and `Node::Output` are
// variants; `Node::State` is the aggregate whose fields() describe everything it knows.
template <class N>
concept Node = std::regular<typename N::State> && std::copyable<N> &&
    requires(N node, const N& constant, Instant now, const typename N::Input& input) {
    node.handle(now, input);
    { node.poll_output() } -> std::same_as<std::optional<typename N::Output>>;
    { constant.next_deadline() } -> std::same_as<Instant>;
    { constant.state() } -> std::same_as<const typename N::State&>;
};

// ---- the outbox every machine writes into -------------------------------------------------------

// Outputs waiting to be polled. Payload bytes sit in one buffer that is reused, so a machine that
// is drained after every input allocates only while it warms up. Not part of a machine's state: it
// is empty whenever somebody looks.
template <class OutputVariant>
class Outbox {
public:
    // Room for a payload of at most `size_max` bytes at the end of the buffer; give the number of
    // bytes really written to the send() that follows.
    std::span<std::uint8_t> reserve(std::size_t size_max) {
        recycle();
        if (bytes_.size() < used_ + size_max) bytes_.resize(used_ + size_max);
        return {bytes_.data() + used_, size_max};
    }

    // The payload's `size` bytes are those just written to reserve().
    void send(const Address& source,
              const Address& destination,
              std::size_t size,
              const Party& recipient = {},
              bool is_question = false) {
        add(SendDatagram{source, destination, {}, recipient, is_question}, take(size));
    }

    void push(SendPush request, std::size_t size) {
        request.payload = {};
        add(request, take(size));
    }

    void sms(std::size_t size) { add(Told{OutputVariant{SendSms{}}}, take(size)); }

    void mail(const EndpointIdentifier& recipient, std::size_t size) {
        add(Told{OutputVariant{SendMail{.recipient = recipient, .link = {}}}}, take(size));
    }

    // The payload's `size` bytes are those just written to reserve().
    void send_on_stream(StreamId stream, std::size_t size) {
        add(SendStream{stream, {}}, take(size));
    }

    // Another machine's output, with a copy of its bytes.
    void keep(const OutputVariant& output) {
        std::visit([&](const auto& one) { keep_one(one); }, output);
    }

    // What has no payload: a notification, a remark, the beginning or end of a stream.
    template <class T>
    void tell(const T& what) {
        recycle();
        add(Told{OutputVariant{what}}, Range{});
    }

    std::optional<OutputVariant> poll() {
        if (next_ == entries_.size()) return std::nullopt;
        Entry& entry = entries_[next_++];
        const ByteView payload{bytes_.data() + entry.payload.begin, entry.payload.size};
        if (auto* told = std::get_if<Told>(&entry.output)) {
            std::visit([&](auto& one) { give_bytes(one, payload); }, told->front());
            return std::move(told->front());
        }
        if (auto* stream = std::get_if<SendStream>(&entry.output)) {
            stream->payload = payload;
            return std::optional<OutputVariant>{*stream};
        }
        if (auto* push = std::get_if<SendPush>(&entry.output)) {
            push->payload = payload;
            return std::optional<OutputVariant>{*push};
        }
        auto& datagram = std::get<SendDatagram>(entry.output);
        datagram.payload = payload;
        return std::optional<OutputVariant>{datagram};
    }

    [[nodiscard]] bool empty() const { return next_ == entries_.size(); }

private:
    struct Range {
        std::size_t begin = 0;
        std::size_t size = 0;
    };

    // What is rare, boxed: some are ten times a datagram's entry.
    using Told = std::vector<OutputVariant>;

    struct Entry {
        std::variant<SendDatagram, SendPush, SendStream, Told> output;
        Range payload;
    };

    template <class T>
    void add(T&& output, const Range& payload) {
        entries_.push_back({std::forward<T>(output), payload});
    }

    // What is boxed may have bytes of its own (Persist, SendSms, SendMail): where they are.
    template <class T>
    static auto bytes_of(T& boxed) {
        if constexpr (requires { ByteView{boxed.bytes}; }) return &boxed.bytes;
        if constexpr (requires { ByteView{boxed.body}; }) return &boxed.body;
        if constexpr (requires { ByteView{boxed.link}; }) return &boxed.link;
    }

    template <class T>
    static void give_bytes(T& told, ByteView payload) {
        if constexpr (!std::is_void_v<decltype(bytes_of(told))>) *bytes_of(told) = payload;
    }

    template <class T>
    void keep_one(const T& one) {
        if constexpr (requires { one.payload; }) {
            add(one, copy(one.payload));
        } else if constexpr (!std::is_void_v<decltype(bytes_of(one))>) {
            const Range bytes = copy(*bytes_of(one));
            add(Told{OutputVariant{one}}, bytes);
        } else {
            tell(one);
        }
    }

    Range copy(ByteView bytes) {
        const auto room = reserve(bytes.size());
        std::copy(bytes.begin(), bytes.end(), room.begin());
        return take(bytes.size());
    }

    Range take(std::size_t size) {
        const Range taken{used_, size};
        used_ += static_cast<std::uint32_t>(size);
        return taken;
    }

    // Starts over once everything has been polled.
    void recycle() {
        if (next_ != 0 && next_ == entries_.size()) {
            entries_.clear();
            next_ = 0;
            used_ = 0;
        }
    }

    std::vector<Entry> entries_;
    std::vector<std::uint8_t> bytes_;  // of which the first `used_` hold payloads
    std::uint32_t next_ = 0;
    std::uint32_t used_ = 0;
};

}  // namespace invitro::protocol
