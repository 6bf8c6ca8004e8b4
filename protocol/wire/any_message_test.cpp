#include "protocol/wire/any_message_test.hpp"

#include "protocol/wire/known_values.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace invitro::protocol {

std::uint64_t any_number(std::uint64_t max) {
    const auto number =
        *rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(),
                        rc::gen::element<std::uint64_t>(0,
                                                        1,
                                                        23,
                                                        24,
                                                        255,
                                                        256,
                                                        65535,
                                                        65536,
                                                        4294967295,
                                                        4294967296,
                                                        std::numeric_limits<std::uint64_t>::max()));
    return max == std::numeric_limits<std::uint64_t>::max() ? number : number % (max + 1);
}

namespace {

// ---- any ----

std::size_t any_size(std::size_t max) {
    return *rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, max + 1),
                           rc::gen::element<std::size_t>(0, max));
}

std::string any_letters(std::size_t size) {
    return *rc::gen::container<std::string>(size,
                                            rc::gen::inRange('a', static_cast<char>('z' + 1)));
}

std::string any_identifier_text() {
    if (*rc::gen::arbitrary<bool>()) {
        const auto size = *rc::gen::inRange<std::size_t>(1, 15);
        return "+7" + *rc::gen::container<std::string>(
                          size, rc::gen::inRange('0', static_cast<char>('9' + 1)));
    }
    const auto local = *rc::gen::inRange<std::size_t>(1, 65);
    const auto domain = *rc::gen::inRange<std::size_t>(1, EndpointIdentifier::length_max - local);
    return any_letters(local) + "@" + any_letters(domain);
}

// fill(value) draws a value of whatever type the field has.
struct FillAny {
    template <class T>
    void operator()(T& value) const {
        if constexpr (HasFields<T>) {
            for_each_field(value, [this](const auto&, auto& member) { (*this)(member); });
        } else if constexpr (std::is_enum_v<T>) {
            value = static_cast<T>(*rc::gen::suchThat(rc::gen::inRange(0, 8), [](int number) {
                return is_known(static_cast<T>(number));
            }));
        } else {
            value = static_cast<T>(any_number(std::numeric_limits<T>::max()));
        }
    }

    void operator()(Duration& value) const {
        value = Duration{static_cast<Duration::rep>(
            any_number(static_cast<std::uint64_t>(Duration::max().count())))};
    }

    template <class Tag>
    void operator()(Id128<Tag>& id) const {
        (*this)(id.high);
        (*this)(id.low);
    }

    template <std::size_t size>
    void operator()(std::array<std::uint8_t, size>& octets) const {
        for (std::uint8_t& octet : octets) {
            octet = *rc::gen::arbitrary<std::uint8_t>();
        }
    }

    template <class T, std::size_t capacity>
    void operator()(InlineVector<T, capacity>& items) const {
        items.clear();
        for (std::size_t left = any_size(capacity); left > 0; --left) {
            T item{};
            (*this)(item);
            items.push_back(item);
        }
    }

    void operator()(EndpointIdentifier& identifier) const {
        identifier = EndpointIdentifier::parse(any_identifier_text()).value();
    }

    void operator()(PushToken& token) const {
        (*this)(token.provider);
        (*this)(token.value);
    }

    void operator()(Address& address) const {
        address = Address{};
        const auto family = *rc::gen::element(IpFamily::none, IpFamily::v4, IpFamily::v6);
        if (family == IpFamily::none) return;
        (*this)(address.port);
        if (family == IpFamily::v4) {
            address.ip = ipv4(*rc::gen::arbitrary<std::uint32_t>());
        } else {
            address.ip.family = family;
            (*this)(address.ip.octets);
        }
    }
};

// ---- longest ----

struct FillLongest {
    template <class T>
    void operator()(T& value) const {
        if constexpr (HasFields<T>) {
            for_each_field(value, [this](const auto&, auto& member) { (*this)(member); });
        } else if constexpr (std::is_enum_v<T>) {
            int number = 255;
            while (!is_known(static_cast<T>(number))) {
                --number;
            }
            value = static_cast<T>(number);
        } else {
            value = std::numeric_limits<T>::max();
        }
    }

    void operator()(Duration& value) const { value = Duration::max(); }

    template <class Tag>
    void operator()(Id128<Tag>& id) const {
        id = {.high = ~std::uint64_t{0}, .low = ~std::uint64_t{0}};
    }

    template <std::size_t size>
    void operator()(std::array<std::uint8_t, size>& octets) const {
        octets.fill(0xFF);
    }

    template <class T, std::size_t capacity>
    void operator()(InlineVector<T, capacity>& items) const {
        T item{};
        (*this)(item);
        items.clear();
        while (!items.full()) {
            items.push_back(item);
        }
    }

    void operator()(EndpointIdentifier& identifier) const {
        const std::string text = "ada@" + std::string(EndpointIdentifier::length_max - 4, 'x');
        identifier = EndpointIdentifier::parse(text).value();
    }

    void operator()(PushToken& token) const {
        (*this)(token.provider);
        (*this)(token.value);
    }

    void operator()(Address& address) const {
        address = {.ip = {.family = IpFamily::v6}, .port = 0xFFFF};
        (*this)(address.ip.octets);
    }
};

// ---- as promised ----

struct IsAllowed {
    template <class T>
    bool operator()(const T& value) const {
        if constexpr (HasFields<T>) {
            bool allowed = true;
            for_each_field(value, [&](const auto&, const auto& member) {
                allowed = (*this)(member) && allowed;
            });
            return allowed;
        } else if constexpr (std::is_enum_v<T>) {
            return is_known(value);
        } else {
            return true;
        }
    }

    bool operator()(const Duration& value) const { return value.count() >= 0; }

    template <class T, std::size_t capacity>
    bool operator()(const InlineVector<T, capacity>& items) const {
        return items.size() <= capacity && std::all_of(items.begin(), items.end(), *this);
    }

    bool operator()(const EndpointIdentifier& identifier) const {
        return EndpointIdentifier::parse(identifier.text()).has_value();
    }

    bool operator()(const PushToken& token) const { return is_known(token.provider); }

    bool operator()(const Address& address) const {
        switch (address.ip.family) {
            case IpFamily::none:
            case IpFamily::stream:
                return address == Address{};
            case IpFamily::v4:
                return address.ip == ipv4(ipv4_number(address.ip));
            case IpFamily::v6:
                return true;
        }
        return false;
    }
};

// ---- messages ----

// One message of every type, each made by `fill`.
template <class Fill>
std::vector<Message> message_of_every_type(Fill fill) {
    return [&]<class... M>(std::type_identity<std::variant<M...>>) {
        const auto make = [&]<class T>(std::type_identity<T>) {
            T message{};
            fill(message);
            return Message(message);
        };
        return std::vector<Message>{make(std::type_identity<M>{})...};
    }(std::type_identity<Message>{});
}

}  // namespace

Message any_message() {
    const auto index = *rc::gen::inRange<std::size_t>(0, std::variant_size_v<Message>);
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
        Message message;
        (static_cast<void>(i == index ? FillAny{}(message.template emplace<i>()) : void()), ...);
        return message;
    }
    (std::make_index_sequence<std::variant_size_v<Message>>{});
}

std::vector<Message> any_message_of_every_type() {
    return message_of_every_type(FillAny{});
}

std::vector<Message> longest_message_of_every_type() {
    return message_of_every_type(FillLongest{});
}

bool is_as_its_types_promise(const Message& message) {
    return std::visit([](const auto& one) { return IsAllowed{}(one); }, message);
}

}  // namespace invitro::protocol
