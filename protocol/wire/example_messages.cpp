#include "protocol/wire/example_messages.hpp"

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/time.hpp"

namespace invitro::protocol {
namespace {

SealedConnection example_sealed() {
    SealedConnection sealed;
    for (std::uint8_t octet = 0; octet < 48; ++octet) {
        sealed.push_back(static_cast<std::uint8_t>(octet * 37));
    }
    return sealed;
}

// The octets first, first + 1, ...
template <class Octets>
Octets example_octets(std::uint8_t first) {
    Octets octets{};
    for (std::uint8_t& octet : octets) {
        octet = first++;
    }
    return octets;
}

Address example_address(std::string_view text) {
    const auto address = parse_address(text);
    CHECK(address.has_value(), "an example is an address with a port");
    return *address;
}

template <MessageType type>
CallDeviceMessage<type> example_call_device() {
    return {.call = example_call, .device = example_device};
}

template <MessageType type>
PathMessage<type> example_path_message() {
    return {.call = example_call,
            .sender = example_device,
            .sequence = 5,
            .tag = example_octets<Tag128>(0x40)};
}

std::vector<Message> example_registration() {
    using namespace literals;
    const ProfileId profile{.high = 1, .low = 2};
    const PushToken token{.provider = PushProvider::fcm,
                          .value = {std::uint8_t{0xDE}, std::uint8_t{0xAD}}};
    const TransactionId attempt{.high = 5, .low = 6};
    const PossessionProof proof{.issued = 100, .tag = example_octets<Tag128>(0x50)};
    const Credential credential{
        .proven = 100, .expiry = 2'592'100, .tag = example_octets<Tag128>(0x60)};
    return {
        RegisterDevice{.device = example_device,
                       .profile = profile,
                       .incarnation = 256,
                       .identifiers = {example_identifier("ada@example.org"),
                                       example_identifier("+4915112345678")},
                       .token = token,
                       .lease = 1s,
                       .credentials = {credential, Credential{}},
                       .part = 0,
                       .parts = 2},
        RegisterAck{.device = example_device,
                    .incarnation = 7,
                    .lease = std::chrono::hours{24},
                    .part = 0,
                    .credentials = {credential, Credential{}}},
        RegisterBySms{.device = example_device,
                      .profile = profile,
                      .token = token,
                      .attempt = attempt,
                      .key = example_octets<PublicKey>(0x70)},
        PossessionChallenge{.device = example_device,
                            .identifier = example_identifier("+4915112345678"),
                            .attempt = attempt,
                            .proof = proof},
        ProvePossession{.device = example_device,
                        .profile = profile,
                        .identifier = example_identifier("+4915112345678"),
                        .attempt = attempt,
                        .proof = proof},
        CredentialGranted{.device = example_device, .attempt = attempt, .credential = credential},
        ValidateEmail{.device = example_device,
                      .profile = profile,
                      .address = example_identifier("ada@example.org"),
                      .attempt = attempt},
        ValidationPending{.device = example_device, .attempt = attempt},
        UnregisterDevice{.device = example_device,
                         .profile = profile,
                         .incarnation = 257,
                         .identifier = example_identifier("ada@example.org"),
                         .credential = credential},
    };
}

std::vector<Message> example_end_of_invitation() {
    using namespace literals;
    return {
        InviteUpdate{.call = example_call,
                     .initiator = example_device,
                     .generation = 2,
                     .chosen = {example_device}},
        UpdateAck{.call = example_call, .generation = 2},
        InviteEnded{.call = example_call, .device = example_device, .reason = EndReason::expired},
        EndedAck{.call = example_call, .device = example_device, .reason = EndReason::expired},
        example_call_device<MessageType::invite_cancel>(),
        example_call_device<MessageType::cancel_ack>(),
        example_call_device<MessageType::call_keep_alive>(),
    };
}

std::vector<Message> example_invitation() {
    using namespace literals;
    const auto ticket = example_octets<Ticket>(0x10);
    return {
        InviteRequest{.call = example_call,
                      .initiator = example_device,
                      .callee = example_identifier("ada@example.org"),
                      .caller = example_identifier("+4915112345678"),
                      .connection = example_connection(),
                      .policy = AnswerPolicy::choose,
                      .lifetime = 60s},
        InviteProgress{.call = example_call},
        InviteFailed{.call = example_call, .reason = FailureReason::overloaded, .retry_after = 2s},
        InvitePush{.call = example_call,
                   .device = example_device,
                   .ticket = ticket,
                   .callee = example_identifier("ada@example.org"),
                   .caller = example_identifier("+4915112345678"),
                   .connection = example_connection(),
                   .age = 2s,
                   .lifetime = 60s},
        InviteDismiss{
            .call = example_call, .device = example_device, .reason = EndReason::answered},
        InviteRinging{.call = example_call, .device = example_device, .ticket = ticket},
        example_call_device<MessageType::ringing_ack>(),
        InviteAccept{.call = example_call,
                     .device = example_device,
                     .ticket = ticket,
                     .connection = example_connection()},
        example_call_device<MessageType::accept_ack>(),
        AcceptRefused{
            .call = example_call, .device = example_device, .reason = EndReason::cancelled},
        InviteDecline{.call = example_call,
                      .device = example_device,
                      .ticket = ticket,
                      .scope = DeclineScope::everywhere,
                      .reason = DeclineReason::busy},
        example_call_device<MessageType::decline_ack>(),
        AcceptForward{
            .call = example_call, .device = example_device, .connection = example_connection()},
        example_call_device<MessageType::forward_ack>(),
    };
}

std::vector<Message> example_candidates() {
    return {
        CandidateUpdate{.call = example_call,
                        .device = example_device,
                        .ticket = example_octets<Ticket>(0x10),
                        .connection = example_connection()},
        CandidateUpdateAck{.call = example_call, .device = example_device, .generation = 3},
        CandidateForward{.call = example_call,
                         .device = example_device,
                         .author = {.high = 5, .low = 6},
                         .connection = example_connection()},
        CandidateForwardAck{.call = example_call,
                            .device = example_device,
                            .author = {.high = 5, .low = 6},
                            .generation = 3},
    };
}

std::vector<Message> example_waking() {
    using namespace literals;
    const TransactionId transaction{.high = 5, .low = 6};
    return {
        PendingFetch{.transaction = transaction, .device = example_device, .after = example_call},
        PendingInvitation{.call = example_call,
                          .transaction = transaction,
                          .invitation = {.call = example_call,
                                         .device = example_device,
                                         .ticket = example_octets<Ticket>(0x10),
                                         .callee = example_identifier("ada@example.org"),
                                         .caller = example_identifier("+4915112345678"),
                                         .connection = example_connection(),
                                         .age = 2s,
                                         .lifetime = 60s}},
        PendingList{.transaction = transaction,
                    .device = example_device,
                    .calls = {example_call},
                    .is_last = false},
    };
}

std::vector<Message> example_transfer() {
    using namespace literals;
    const CallId leg{.high = 8, .low = 9};
    const DeviceId other{.high = 10, .low = 11};
    const auto ticket = example_octets<Ticket>(0x10);
    const auto tag = example_octets<Tag128>(0x40);
    return {
        SessionKeep{.device = example_device, .session = example_call, .peer = other},
        SessionKept{.device = example_device, .session = example_call, .is_known = false},
        Transfer{.device = example_device,
                 .session = example_call,
                 .leg = leg,
                 .peer = other,
                 .target = {.high = 12, .low = 13},
                 .connection = example_connection(),
                 .is_over = true},
        TransferOffer{.device = example_device,
                      .session = example_call,
                      .leg = leg,
                      .ticket = ticket,
                      .from = other,
                      .peer = {.high = 12, .low = 13},
                      .connection = example_connection(),
                      .age = 1s,
                      .lifetime = 60s},
        TransferAnswer{.device = example_device,
                       .session = example_call,
                       .leg = leg,
                       .ticket = ticket,
                       .step = TransferStep::accepted,
                       .connection = example_connection()},
        TransferState{.device = example_device,
                      .session = example_call,
                      .leg = leg,
                      .step = TransferStep::declined,
                      .connection = {}},
        LegOffer{.call = example_call,
                 .sender = example_device,
                 .sequence = 4,
                 .leg = leg,
                 .device = other,
                 .connection = example_sealed(),
                 .tag = tag},
        LegAnswer{.call = example_call,
                  .sender = example_device,
                  .sequence = 5,
                  .leg = leg,
                  .state = LegState::failed,
                  .tag = tag},
    };
}

std::vector<Message> example_paths() {
    const TransactionId transaction{.high = 3, .low = 4};
    const Address mapped = example_address("203.0.113.5:61234");
    const auto tag = example_octets<Tag128>(0x40);
    return {
        ReflectRequest{.transaction = transaction},
        ReflectResponse{.transaction = transaction, .mapped = mapped},
        ReflectProbe{.transaction = transaction, .origin = ReflectOrigin::other_address},
        Check{.call = example_call,
              .sender = example_device,
              .transaction = transaction,
              .priority = 1000,
              .tag = tag},
        CheckResponse{.call = example_call,
                      .sender = example_device,
                      .transaction = transaction,
                      .mapped = mapped,
                      .tag = tag},
        example_path_message<MessageType::nominate>(),
        example_path_message<MessageType::nominate_response>(),
        example_path_message<MessageType::session_data>(),
        example_path_message<MessageType::session_close>(),
    };
}

std::vector<Message> example_relay() {
    using namespace literals;
    const DeviceId peer{.high = 7, .low = 8};
    const Address relay = example_address("203.0.113.9:3479");
    const Address relayed = example_address("203.0.113.9:49152");
    const Address peer_relayed = example_address("203.0.113.9:49153");
    const auto secret = example_octets<RelaySecret>(0x50);
    const auto nonce = example_octets<RelayNonce>(0x60);
    const auto tag = example_octets<Tag128>(0x70);
    return {
        RelayRequest{.call = example_call,
                     .device = example_device,
                     .peer = peer,
                     .ticket = example_octets<Ticket>(0x10)},
        RelayOffer{.call = example_call,
                   .device = example_device,
                   .peer = peer,
                   .expires = 12h,
                   .secret = secret,
                   .relays = {relay}},
        RelayAllocate{.call = example_call,
                      .device = example_device,
                      .peer = peer,
                      .expires = 12h,
                      .nonce = nonce,
                      .sequence = 3,
                      .lifetime = 60s,
                      .tag = tag},
        RelayGranted{.call = example_call,
                     .device = example_device,
                     .peer = peer,
                     .sequence = 3,
                     .nonce = nonce,
                     .channel = 2,
                     .relayed = relayed,
                     .peer_relayed = peer_relayed,
                     .lifetime = 60s,
                     .tag = tag},
        RelayRefused{.call = example_call,
                     .device = example_device,
                     .peer = peer,
                     .sequence = 3,
                     .reason = RelayRefusal::full,
                     .nonce = nonce,
                     .tag = tag},
        RelayData{.channel = 2, .payload = InlineBytes<RelayData::payload_max>{1, 2, 3}},
    };
}

std::vector<Message> example_cluster() {
    const Address node = example_address("198.51.100.2:4000");
    const Address client = example_address("203.0.113.5:61234");
    return {
        ForwardedRequest{.call = example_call,
                         .epoch = 3,
                         .entry = 1,
                         .client = client,
                         .sender = example_device,
                         .datagram = {1, 2, 3}},
        ForwardedAnswer{.call = example_call,
                        .owner = 2,
                        .device = example_device,
                        .client = client,
                        .datagram = {4, 5}},
        MembershipNotice{.node = 1,
                         .membership = {.epoch = 4, .members = {{.node = 1, .address = node}}}},
        MembershipAck{.node = 2, .epoch = 4},
        HandoverPart{
            .node = 1, .transfer = 9, .epoch = 4, .total = 1026, .offset = 1024, .bytes = {6, 7}},
        HandoverAck{.node = 2, .transfer = 9, .received = 1024},
    };
}

}  // namespace

EndpointIdentifier example_identifier(std::string_view text) {
    EndpointIdentifier identifier;
    CHECK(identifier.assign(text), "an example names somebody");
    return identifier;
}

ConnectionData example_connection() {
    ConnectionData connection;
    connection.generation = 1;
    connection.mapping = MappingBehaviour::endpoint_independent;
    connection.key = example_octets<CallKey>(0x20);
    connection.candidates = {
        {.kind = CandidateKind::host,
         .address = example_address("192.168.1.23:50000"),
         .priority = 0x7EFFFFFF},
        {.kind = CandidateKind::server_reflexive,
         .address = example_address("[2001:db8::5]:61234"),
         .priority = 200},
    };
    return connection;
}

std::vector<Message> example_messages() {
    std::vector<Message> all = example_end_of_invitation();
    for (const auto& some : {example_registration(),
                             example_invitation(),
                             example_waking(),
                             example_candidates(),
                             example_transfer(),
                             example_paths(),
                             example_relay(),
                             example_cluster()}) {
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

}  // namespace invitro::protocol
