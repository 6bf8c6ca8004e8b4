#include "protocol/wire/codec.hpp"

#include "protocol/security/envelope.hpp"
#include "protocol/wire/field_reader.hpp"
#include "protocol/wire/field_writer.hpp"
#include "protocol/wire/message_size.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

namespace invitro::protocol {
namespace {

using cbor::Cursor;
using cbor::Major;
using cbor::Reader;

using Decoded = tl::expected<Message, WireError>;

template <class... M>
constexpr bool every_message_fits(std::type_identity<std::variant<M...>> /*messages*/) {
    return ((message_size_max<M> + seal_overhead_max <= message_room<M>)&&...);
}

// With the envelope around it.
static_assert(every_message_fits(std::type_identity<Message>{}));

template <class M>
std::size_t write_message(const M& message, std::uint8_t* to) {
    std::uint8_t* at = cbor::write_head(to, Major::array, 3);
    at = cbor::write_head(at, Major::number, wire_version);
    at = cbor::write_head(at, Major::number, static_cast<std::uint64_t>(M::type));
    at = cbor::write(at, message);
    return static_cast<std::size_t>(at - to);
}

template <class M>
Decoded decode_as(Reader& reader, Cursor at) {
    M message;
    at = cbor::read(reader, at, message);
    if (at == nullptr) return tl::unexpected(reader.error());
    if (reader.left(at) != 0) return tl::unexpected(WireError::malformed);
    return Decoded(tl::in_place, std::in_place_type<M>, message);
}

using DecodeFunction = Decoded (*)(Reader&, Cursor);
// Indexed by the type's number.
using DecodeTable = std::array<DecodeFunction, 128>;

template <class... M>
constexpr DecodeTable make_decode_table(std::type_identity<std::variant<M...>> /*messages*/) {
    DecodeTable table{};
    ((table[static_cast<std::size_t>(M::type)] = &decode_as<M>), ...);
    return table;
}

constexpr DecodeTable decode_table = make_decode_table(std::type_identity<Message>{});

// Reads up to the map of fields and finds the function that decodes it.
Cursor read_envelope(Reader& reader, Cursor at, DecodeFunction& decode_fields) {
    std::uint64_t items = 0;
    std::uint64_t version = 0;
    std::uint64_t type = 0;
    at = reader.head(at, Major::array, items);
    if (at == nullptr) return nullptr;
    at = reader.head(at, Major::number, version);
    if (at == nullptr) return nullptr;
    if (version != wire_version) return reader.fail(WireError::wrong_version);
    if (items != 3) return reader.fail(WireError::malformed);
    at = reader.head(at, Major::number, type);
    if (at == nullptr) return nullptr;
    decode_fields = type < decode_table.size() ? decode_table[type] : nullptr;
    return decode_fields == nullptr ? reader.fail(WireError::unknown_type) : at;
}

// peek_call() relies on it: a message that belongs to a call names it under key 0, and no other
// message has that key.
constexpr std::uint8_t call_key = 0;

template <class M>
constexpr bool call_is_first() {
    constexpr auto first = cbor::field_at<M, 0>;
    constexpr bool is_call = std::is_same_v<decltype(first), const Field<M, CallId>>;
    return is_call == (first.key == call_key);
}

template <class... M>
constexpr bool call_is_always_first(std::type_identity<std::variant<M...>> /*messages*/) {
    return (call_is_first<M>() && ...);
}

static_assert(call_is_always_first(std::type_identity<Message>{}));

}  // namespace

template <class M>
std::size_t encode_message(const M& message, std::span<std::uint8_t> buffer) {
    // With room for the longest message of this type, nothing needs checking on the way.
    if (buffer.size() >= message_size_max<M>) return write_message(message, buffer.data());
    std::array<std::uint8_t, message_size_max<M>> roomy{};
    const std::size_t size = write_message(message, roomy.data());
    CHECK(size <= buffer.size(), "the caller's buffer holds the message");
    std::copy_n(roomy.begin(), size, buffer.begin());
    return size;
}

template std::size_t encode_message(const RegisterDevice&, std::span<std::uint8_t>);
template std::size_t encode_message(const RegisterAck&, std::span<std::uint8_t>);
template std::size_t encode_message(const RegisterBySms&, std::span<std::uint8_t>);
template std::size_t encode_message(const PossessionChallenge&, std::span<std::uint8_t>);
template std::size_t encode_message(const ProvePossession&, std::span<std::uint8_t>);
template std::size_t encode_message(const CredentialGranted&, std::span<std::uint8_t>);
template std::size_t encode_message(const ValidateEmail&, std::span<std::uint8_t>);
template std::size_t encode_message(const ValidationPending&, std::span<std::uint8_t>);
template std::size_t encode_message(const UnregisterDevice&, std::span<std::uint8_t>);
template std::size_t encode_message(const InviteRequest&, std::span<std::uint8_t>);
template std::size_t encode_message(const InviteProgress&, std::span<std::uint8_t>);
template std::size_t encode_message(const InviteFailed&, std::span<std::uint8_t>);
template std::size_t encode_message(const InvitePush&, std::span<std::uint8_t>);
template std::size_t encode_message(const InviteDismiss&, std::span<std::uint8_t>);
template std::size_t encode_message(const InviteRinging&, std::span<std::uint8_t>);
template std::size_t encode_message(const RingingAck&, std::span<std::uint8_t>);
template std::size_t encode_message(const InviteAccept&, std::span<std::uint8_t>);
template std::size_t encode_message(const AcceptAck&, std::span<std::uint8_t>);
template std::size_t encode_message(const AcceptRefused&, std::span<std::uint8_t>);
template std::size_t encode_message(const InviteDecline&, std::span<std::uint8_t>);
template std::size_t encode_message(const DeclineAck&, std::span<std::uint8_t>);
template std::size_t encode_message(const AcceptForward&, std::span<std::uint8_t>);
template std::size_t encode_message(const ForwardAck&, std::span<std::uint8_t>);
template std::size_t encode_message(const InviteCancel&, std::span<std::uint8_t>);
template std::size_t encode_message(const CancelAck&, std::span<std::uint8_t>);
template std::size_t encode_message(const InviteUpdate&, std::span<std::uint8_t>);
template std::size_t encode_message(const UpdateAck&, std::span<std::uint8_t>);
template std::size_t encode_message(const InviteEnded&, std::span<std::uint8_t>);
template std::size_t encode_message(const EndedAck&, std::span<std::uint8_t>);
template std::size_t encode_message(const CallKeepAlive&, std::span<std::uint8_t>);
template std::size_t encode_message(const PendingFetch&, std::span<std::uint8_t>);
template std::size_t encode_message(const PendingInvitation&, std::span<std::uint8_t>);
template std::size_t encode_message(const PendingList&, std::span<std::uint8_t>);
template std::size_t encode_message(const SessionKeep&, std::span<std::uint8_t>);
template std::size_t encode_message(const SessionKept&, std::span<std::uint8_t>);
template std::size_t encode_message(const Transfer&, std::span<std::uint8_t>);
template std::size_t encode_message(const TransferOffer&, std::span<std::uint8_t>);
template std::size_t encode_message(const TransferAnswer&, std::span<std::uint8_t>);
template std::size_t encode_message(const TransferState&, std::span<std::uint8_t>);
template std::size_t encode_message(const LegOffer&, std::span<std::uint8_t>);
template std::size_t encode_message(const LegAnswer&, std::span<std::uint8_t>);
template std::size_t encode_message(const ReflectRequest&, std::span<std::uint8_t>);
template std::size_t encode_message(const ReflectResponse&, std::span<std::uint8_t>);
template std::size_t encode_message(const ReflectProbe&, std::span<std::uint8_t>);
template std::size_t encode_message(const RelayRequest&, std::span<std::uint8_t>);
template std::size_t encode_message(const RelayOffer&, std::span<std::uint8_t>);
template std::size_t encode_message(const RelayAllocate&, std::span<std::uint8_t>);
template std::size_t encode_message(const RelayGranted&, std::span<std::uint8_t>);
template std::size_t encode_message(const RelayRefused&, std::span<std::uint8_t>);
template std::size_t encode_message(const RelayData&, std::span<std::uint8_t>);
template std::size_t encode_message(const Check&, std::span<std::uint8_t>);
template std::size_t encode_message(const CheckResponse&, std::span<std::uint8_t>);
template std::size_t encode_message(const Nominate&, std::span<std::uint8_t>);
template std::size_t encode_message(const NominateResponse&, std::span<std::uint8_t>);
template std::size_t encode_message(const SessionData&, std::span<std::uint8_t>);
template std::size_t encode_message(const SessionClose&, std::span<std::uint8_t>);
template std::size_t encode_message(const CandidateUpdate&, std::span<std::uint8_t>);
template std::size_t encode_message(const CandidateUpdateAck&, std::span<std::uint8_t>);
template std::size_t encode_message(const CandidateForward&, std::span<std::uint8_t>);
template std::size_t encode_message(const CandidateForwardAck&, std::span<std::uint8_t>);
template std::size_t encode_message(const ForwardedRequest&, std::span<std::uint8_t>);
template std::size_t encode_message(const ForwardedAnswer&, std::span<std::uint8_t>);
template std::size_t encode_message(const MembershipNotice&, std::span<std::uint8_t>);
template std::size_t encode_message(const MembershipAck&, std::span<std::uint8_t>);
template std::size_t encode_message(const HandoverPart&, std::span<std::uint8_t>);
template std::size_t encode_message(const HandoverAck&, std::span<std::uint8_t>);

std::size_t encode(const Message& message, std::span<std::uint8_t> buffer) {
    return std::visit([&](const auto& one) { return encode_message(one, buffer); }, message);
}

Decoded decode(ByteView bytes) {
    Reader reader(bytes);
    DecodeFunction decode_fields = nullptr;
    const Cursor at = read_envelope(reader, bytes.data(), decode_fields);
    if (at == nullptr) return tl::unexpected(reader.error());
    return decode_fields(reader, at);
}

namespace {

// The call of a message that names one itself; sets `is_wrapped` for what a relay passes.
CallId peek_own_call(ByteView bytes, bool& is_wrapped) {
    Reader reader(bytes);
    DecodeFunction decode_fields = nullptr;
    std::uint64_t pairs = 0;
    CallId call;
    Cursor at = read_envelope(reader, bytes.data(), decode_fields);
    is_wrapped = at != nullptr && decode_fields == &decode_as<RelayData>;
    if (at != nullptr) at = reader.head(at, Major::map, pairs);
    for (; at != nullptr && pairs > 0; --pairs) {
        if (reader.next_is(at, cbor::first_byte(Major::number, call_key))) {
            return cbor::read(reader, at + 1, call) != nullptr ? call : CallId{};
        }
        at = reader.skip_item(at);
        if (at != nullptr) at = reader.skip_item(at);
    }
    return {};
}

}  // namespace

CallId peek_call(ByteView bytes) {
    bool is_wrapped = false;
    const CallId call = peek_own_call(bytes, is_wrapped);
    if (!is_wrapped) return call;
    const Decoded message = decode(bytes);
    const auto* data = message ? std::get_if<RelayData>(&*message) : nullptr;
    return data == nullptr ? CallId{} : peek_own_call(data->payload.view(), is_wrapped);
}

}  // namespace invitro::protocol
