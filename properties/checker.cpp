#include "properties/checker.hpp"

#include "properties/catalogue/catalogue.hpp"
#include "properties/history.hpp"
#include "protocol/vocabulary/check.hpp"

#include <algorithm>

namespace invitro::properties {

const std::vector<PropertyInfo>& catalogue() {
    static const std::vector<PropertyInfo> infos = [] {
        std::vector<PropertyInfo> list;
        for (const Property& property : all_properties()) {
            list.push_back(property.info);
        }
        return list;
    }();
    return infos;
}

std::optional<std::size_t> find_property(std::string_view id) {
    const auto& infos = catalogue();
    const auto found = std::find_if(
        infos.begin(), infos.end(), [&](const PropertyInfo& info) { return info.id == id; });
    if (found == infos.end()) return std::nullopt;
    return static_cast<std::size_t>(found - infos.begin());
}

struct Checker::Impl {
    explicit Impl(const scenarios::World& world)
        : history(world), tallies(all_properties().size()) {}

    void judge(const CallFacts& call) {
        // A call that nobody was heard to start is no call of this world's.
        if (call.initiator == nobody) return;
        const Case one{.call = call, .history = history};
        for (std::size_t i = 0; i < tallies.size(); ++i) {
            const Property& property = all_properties()[i];
            Findings findings(tallies[i], call.id);
            if (property.judge_call != nullptr) property.judge_call(one, findings);
        }
    }

    void judge_world() {
        for (std::size_t i = 0; i < tallies.size(); ++i) {
            const Property& property = all_properties()[i];
            Findings findings(tallies[i], {});
            if (property.judge_world != nullptr) property.judge_world(history, findings);
        }
    }

    History history;
    std::vector<Tally> tallies;
};

Checker::Checker(const scenarios::World& world) : impl_(std::make_unique<Impl>(world)) {}

Checker::~Checker() = default;

void Checker::observe(const model::Event& event) {
    impl_->history.observe(event);
    if (!impl_->history.has_closable()) return;
    for (const CallFacts& call : impl_->history.take_closable()) {
        impl_->judge(call);
    }
}

std::vector<Tally> Checker::tallies() {
    for (const auto& [id, call] : impl_->history.calls()) {
        impl_->judge(call);
    }
    impl_->judge_world();
    return std::move(impl_->tallies);
}

}  // namespace invitro::properties
