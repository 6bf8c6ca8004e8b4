// Fuzzes a client in both roles: commands of its user, pushes, datagrams of the broker, the
// reflectors, the peer and anybody else, time that passes or is late. The input is a series of
// steps. What it holds stays bounded, and after a long silence nothing of any call is left.
#include "protocol/client/client.hpp"
#include "protocol/fuzz/fuzz_messages_test.hpp"
#include "protocol/paths/path_identity.hpp"
#include "protocol/timing.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace invitro::protocol::fuzz {
namespace {

using namespace literals;

constexpr std::size_t calls_max = 64;  // in one role
constexpr std::size_t kept_max = 16;   // of what the client sent, to be answered
constexpr DeviceId self{.high = 0xDE, .low = 1};
constexpr DeviceId peer{.high = 0xDE, .low = 2};
constexpr DeviceId other{.high = 0xDE, .low = 3};  // of the same profile
constexpr std::array<Address, 5> sources{{{.ip = ipv4(0xCB007101U), .port = 443},   // the broker
                                          {.ip = ipv4(0xCB007102U), .port = 3478},  // reflectors
                                          {.ip = ipv4(0xCB007103U), .port = 3478},
                                          {.ip = ipv4(0xC6336401U), .port = 6000},    // the peer
                                          {.ip = ipv4(0xC6336402U), .port = 6000}}};  // a stranger

ClientConfig config() {
    ClientConfig config;
    config.device = self;
    config.seed.octets.fill(3);
    config.brokers = {{.v4 = sources[0], .v6 = {}}};
    config.reflectors = {sources[1], sources[2]};
    return config;
}

class FuzzedClient {
public:
    FuzzedClient() {
        NetworkChanged network;
        network.addresses = {{.ip = ipv4(0xC0A80001U), .port = 5000}};
        command(network);
        command(register_command("+4915112345678"));
        command(call_command(AnswerPolicy::first));
    }

    static RegisterCommand register_command(std::string_view identifier) {
        RegisterCommand registration;
        registration.profile = {.high = 1, .low = 2};
        registration.identifiers = {example_identifier(identifier)};
        registration.token.value.assign(bytes_of("a token"));
        return registration;
    }

    static CallCommand call_command(AnswerPolicy policy) {
        return {.callee = example_identifier("+4915112345679"),
                .caller = example_identifier("+4915112345678"),
                .policy = policy,
                .lifetime = 60s};
    }

    void command(const Command& what) { handle(what); }

    void receive(const Address& source, ByteView payload) {
        handle(ReceivedDatagram{.source = source,
                                .destination = {.ip = ipv4(0xC0A80001U), .port = 5000},
                                .payload = payload});
    }

    void push(ByteView payload) { handle(ReceivedPush{payload}); }

    void pass(Duration duration) {
        constexpr int deadlines_max = 200'000;
        const Instant end = now_ + duration;
        for (int served = 0; client_.next_deadline() <= end; ++served) {
            CHECK(served < deadlines_max, "deadlines do not come all the time");
            now_ = std::max(now_, client_.next_deadline());
            handle(DeadlineReached{});
            CHECK(client_.next_deadline() > now_, "a deadline that is served is over");
        }
        now_ = end;
    }

    void overrun(Duration duration) { now_ += duration; }

    // The calls it has begun or heard of, newest last.
    [[nodiscard]] const std::vector<CallId>& calls() const { return calls_; }

    // What it sent last, newest last.
    [[nodiscard]] const std::vector<Message>& sent() const { return sent_; }

    // Of the peer of its newest call, given its own connection data.
    [[nodiscard]] RandomValue path_key() const {
        const CallKey& theirs = example_connection().key;
        return own_role_initiates_ ? derive_path_key(own_key_, theirs)
                                   : derive_path_key(theirs, own_key_);
    }

    // Of the newest validation of an address that it has asked for.
    [[nodiscard]] const TransactionId& validation() const { return validation_; }

    [[nodiscard]] bool has_activity() const { return !client_.state().activity.empty(); }

private:
    void handle(const Client::Input& input) {
        client_.handle(now_, input);
        while (const auto output = client_.poll_output()) {
            std::visit([&](const auto& one) { take(one); }, *output);
        }
        for (const ClientActivity& activity : client_.state().activity) {
            CHECK(activity.outgoing.size() <= calls_max, "calls made are bounded");
            CHECK(activity.incoming.size() <= calls_max, "calls that ring are bounded");
        }
        CHECK(client_.next_deadline() > now_, "whatever is due is done at once");
    }

    void take(const SendDatagram& datagram) {
        CHECK(datagram.payload.size() <= datagram_size_max, "a datagram is small");
        const auto message = decode(datagram.payload);
        CHECK(message.has_value(), "what a client sends is well-formed");
        note(*message);
        if (sent_.size() == kept_max) sent_.erase(sent_.begin());
        sent_.push_back(*message);
    }

    void take(const SendPush&) { CHECK(false, "a client pushes nothing"); }

    // A remark; or streams, which are another machine's business.
    template <class Other>
    void take(const Other&) {}

    void take(const Notification& told) {
        std::visit(
            [&](const auto& one) {
                if constexpr (requires { one.call; }) {
                    if (std::find(calls_.begin(), calls_.end(), one.call) == calls_.end()) {
                        calls_.push_back(one.call);
                    }
                }
            },
            told);
    }

    void note(const Message& message) {
        if (const auto* asked = std::get_if<ValidateEmail>(&message)) {
            validation_ = asked->attempt;
        }
        if (const auto* request = std::get_if<InviteRequest>(&message)) {
            own_key_ = request->connection.key;
            own_role_initiates_ = true;
        } else if (const auto* accept = std::get_if<InviteAccept>(&message)) {
            own_key_ = accept->connection.key;
            own_role_initiates_ = false;
        }
    }

    Client client_{config()};
    Instant now_ = instant_at(1'000'000'000);
    std::vector<CallId> calls_;
    std::vector<Message> sent_;
    TransactionId validation_;
    CallKey own_key_{};
    bool own_role_initiates_ = true;
};

// ---- messages to it -----------------------------------------------------------------------------

CallId some_call(FuzzInput& input, const FuzzedClient& client) {
    const std::size_t number = input.choice(8);
    if (number >= 4 || client.calls().empty()) return {.high = 0xCA11, .low = number};
    return client.calls()[client.calls().size() - 1 - number % client.calls().size()];
}

struct ClientChoice {
    const FuzzedClient& client;

    void set(FuzzInput& input, CallId& member) { member = some_call(input, client); }

    static void set(FuzzInput& input, DeviceId& member) {
        member = {.high = 0xDE, .low = 1 + input.choice(3)};
    }

    // The one that the client's newest request carried.
    void set(FuzzInput& input, TransactionId& member) {
        if (input.choice(8) == 7) return;
        for (const Message& message : client.sent()) {
            if (const auto* request = std::get_if<ReflectRequest>(&message)) {
                member = request->transaction;
            } else if (const auto* check = std::get_if<Check>(&message)) {
                member = check->transaction;
            }
        }
    }

    static void set(FuzzInput& input, std::uint32_t& member) { member = input.octet(); }

    static void set(FuzzInput& input, Duration& member) { member = input.octet() * 1s; }

    static void set(FuzzInput& input, Address& member) {
        member = sources[input.choice(sources.size())];
    }

    static void set(FuzzInput& input, EndReason& member) {
        member = static_cast<EndReason>(input.choice(5));
    }

    static void set(FuzzInput& input, ConnectionData& member) {
        member.candidates.clear();
        for (std::size_t i = input.choice(ConnectionData::candidates_max + 1); i > 0; --i) {
            member.candidates.push_back({.kind = static_cast<CandidateKind>(input.choice(4)),
                                         .address = sources[input.choice(sources.size())],
                                         .priority = input.octet()});
        }
    }
};

// A peer's message as the peer itself would send it, tag and all.
Bytes from_peer(FuzzInput& input, const FuzzedClient& client) {
    ClientChoice choice{.client = client};
    Message message = chosen_message(input, choice);
    std::visit(
        [&](auto& one) {
            if constexpr (requires { tag_of(RandomValue{}, one); }) {
                one.sender = peer;
                one = with_tag(client.path_key(), one);
            }
        },
        message);
    return encoded(message);
}

// ---- steps --------------------------------------------------------------------------------------

constexpr std::string_view mailbox = "ada@example.org";

// A mailed link, perhaps an old one or somebody else's.
ActivateCommand some_link(FuzzInput& input, const FuzzedClient& client) {
    ActivateCommand command;
    command.challenge.device = input.choice(4) == 3 ? peer : self;
    command.challenge.identifier = example_identifier(mailbox);
    if (input.choice(4) != 3) command.challenge.attempt = client.validation();
    return command;
}

Command some_command(FuzzInput& input, const FuzzedClient& client) {
    const CallId call = some_call(input, client);
    switch (input.choice(13)) {
        case 0:
            return FuzzedClient::call_command(static_cast<AnswerPolicy>(input.choice(3)));
        case 1:
            return AcceptCommand{.call = call};
        case 2:
            return DeclineCommand{.call = call,
                                  .scope = static_cast<DeclineScope>(input.choice(2))};
        case 3:
            return CancelCommand{.call = call};
        case 4:
            return ChooseCommand{.call = call, .device = peer};
        case 5:
            return HangUpCommand{.call = call};
        case 6: {
            NetworkChanged network;
            for (std::size_t i = input.choice(3); i > 0; --i) {
                const std::uint32_t number = input.octet();
                network.addresses.push_back({.ip = ipv4(0xC0A80000U + number), .port = 5000});
            }
            return network;
        }
        case 7:
            return WokeUp{};
        case 8:
            return UnregisterCommand{};
        case 9:
            return FuzzedClient::register_command(mailbox);
        case 10:
            return some_link(input, client);
        case 11:
            return TransferCommand{.call = call, .peer = peer, .target = other};
        default:
            return AcceptCommand{.call = call};
    }
}

void step(FuzzInput& input, FuzzedClient& client) {
    ClientChoice choice{.client = client};
    switch (input.choice(8)) {
        case 0:
            return client.command(some_command(input, client));
        case 1:
            return client.pass(input.octet() * 50ms);
        case 2:
            return client.pass(input.octet() * 1s);
        case 3:
            return client.overrun(input.octet() * 100ms);
        case 4:
            return client.push(chosen_datagram(input, choice));
        case 5:
            return client.receive(sources[3], from_peer(input, client));
        default: {
            const Address source = sources[input.choice(sources.size())];
            return client.receive(source, chosen_datagram(input, choice));
        }
    }
}

void run(ByteView bytes) {
    FuzzInput input(bytes);
    FuzzedClient client;
    for (int steps = 0; steps < 300 && !input.is_at_end(); ++steps) {
        step(input, client);
    }
    client.pass(2 * (timing::invitation_lifetime_max + timing::grace) + timing::connect_max);
    CHECK(!client.has_activity(), "after a long silence nothing of any call is left");
}

std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    const auto kinds = static_cast<std::uint8_t>(example_messages().size());
    Bytes together;
    for (std::uint8_t kind = 0; kind < kinds; ++kind) {
        // From the broker, a push, from the peer; about its own call and another one.
        const Bytes one{6, 0,    0, kind, 0, 0, 0, 4, 0, kind, 5, 0, 5, 0,
                        5, kind, 0, 1,    0, 0, 6, 3, 0, kind, 0, 1, 0};
        together.insert(together.end(), one.begin(), one.end());
        all.push_back(one);
    }
    all.push_back(std::move(together));
    all.push_back({0, 0, 1, 40, 0, 0, 1, 10, 0, 0, 0, 5, 0, 0, 2, 60});
    // Wakes, asks for a link, opens it, hands a session over and unregisters.
    all.push_back(
        {0, 0, 7, 1, 40, 0, 0, 9, 1, 40, 0, 0, 10, 0, 0, 1, 40, 0, 0, 11, 0, 0, 8, 2, 60});
    return all;
}

const FuzzTarget client_target("client", run, seeds);

}  // namespace
}  // namespace invitro::protocol::fuzz
