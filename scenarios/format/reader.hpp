// What goes along while a document becomes a scenario: where we are, what was wrong, which numbers
// have been given out.
#pragma once

#include "scenarios/format/value.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::scenarios::format {

// What has a number of its own that others refer to.
enum class Entity : std::uint8_t {
    network = 0,
    profile = 1,
    device = 2,
    call = 3,
    fault = 4,
    broker = 5,
    relay = 6,
    attacker = 7
};

inline constexpr std::size_t entity_count = 8;

std::string_view to_string(Entity entity);

class Reader {
public:
    explicit Reader(std::vector<Flaw> flaws) : flaws_(std::move(flaws)) {}

    // Goes down into a member or an item for as long as it lives.
    class Step {
    public:
        Step(Reader& reader, std::string_view key);
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;
        Step(Step&&) = delete;
        Step& operator=(Step&&) = delete;
        ~Step();

    private:
        Reader& reader_;
        std::size_t length_before_;
    };

    // Writes a mistake down at this value of the document; false, so that a notation can return it.
    bool fail(const Value& at, std::string message);

    // The same for a key, or for a key that is missing in the object at this offset.
    bool fail_at(std::size_t offset, std::string message);

    // A number is given to an entity, or an identifier to a profile. A mistake if it was before.
    bool define(Entity entity, std::uint32_t number, const Value& at);
    bool define_identifier(const std::string& identifier, const Value& at);

    // An entity is referred to. A mistake if none has this number: what is referred to is read
    // before what refers to it.
    bool refer(Entity entity, std::uint32_t number, const Value& at);

    // The smallest number that is given to an entity of this kind and not below `first`.
    [[nodiscard]] const std::uint32_t* number_from(Entity entity, std::uint32_t first) const;

    // In the order of the text.
    std::vector<Flaw> take_flaws();

private:
    std::vector<Flaw> flaws_;
    std::string pointer_;
    std::array<std::map<std::uint32_t, std::size_t>, entity_count> defined_;  // to their offsets
    std::map<std::string, std::size_t> identifiers_;
};

}  // namespace invitro::scenarios::format
