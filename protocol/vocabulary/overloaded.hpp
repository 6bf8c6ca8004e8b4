// Overloaded: the visitor for std::visit made of one lambda per alternative.
#pragma once

namespace invitro::protocol {

template <class... Lambdas>
struct Overloaded : Lambdas... {
    using Lambdas::operator()...;
};

template <class... Lambdas>
Overloaded(Lambdas...) -> Overloaded<Lambdas...>;

}  // namespace invitro::protocol
