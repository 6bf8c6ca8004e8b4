#include "protocol/paths/reflector.hpp"

#include "protocol/vocabulary/overloaded.hpp"
#include "protocol/wire/codec.hpp"

namespace invitro::protocol {
namespace {

// What to remark on a datagram that is not answered: our request, or nobody's.
RemarkKind reason_to_drop(const tl::expected<Message, WireError>& message) {
    return message ? RemarkKind::unexpected_dropped : RemarkKind::malformed_dropped;
}

}  // namespace

void Reflector::handle(Instant /*now*/, const Input& input) {
    const auto* datagram = std::get_if<ReceivedDatagram>(&input);
    if (datagram == nullptr) return;
    const auto message = decode(datagram->payload);
    const auto* request = message ? std::get_if<ReflectRequest>(&*message) : nullptr;
    if (request == nullptr) {
        ++state_.dropped;
        outbox_.tell(Remark{.kind = reason_to_drop(message), .call = {}, .device = {}});
        return;
    }
    const ReflectResponse response{.transaction = request->transaction, .mapped = datagram->source};
    const std::size_t size = encode_message(response, outbox_.reserve(datagram_size_max));
    outbox_.send(datagram->destination, datagram->source, size);
    ++state_.answered;
}

}  // namespace invitro::protocol
