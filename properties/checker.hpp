// The checker: watches a world and judges the properties.
#pragma once

#include "properties/property.hpp"
#include "scenarios/world.hpp"
#include "sim/observer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace invitro::properties {

// Every property of the catalogue, in the order of printing.
const std::vector<PropertyInfo>& catalogue();

// The place of a property in the catalogue.
std::optional<std::size_t> find_property(std::string_view id);

// Observes one world; afterwards, tallies()[i] belongs to catalogue()[i].
class Checker : public sim::Observer {
public:
    explicit Checker(const scenarios::World& world);
    ~Checker() override;
    Checker(const Checker&) = delete;
    Checker& operator=(const Checker&) = delete;
    Checker(Checker&&) = delete;
    Checker& operator=(Checker&&) = delete;

    void observe(const model::Event& event) override;

    // Call once, after the world has ended.
    [[nodiscard]] std::vector<Tally> tallies();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace invitro::properties
