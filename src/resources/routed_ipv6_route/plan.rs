//! The plan for a changed configuration of a route: no change, a move that keeps the prefix, or a
//! replacement.

use tf_provider::AttributePath;
use tf_provider::value::Value;
use tf_provider_server::model::Schema as _;
use tf_provider_server::value::Int;

use crate::framework::cidr;
use crate::framework::resource::Planned;

use super::model::RouteModel;

/// Returns a configured value, or unknown: then the provider or HostUp chooses one.
pub(super) fn or_unknown<T: Clone>(value: &Value<T>) -> Value<T> {
    match value {
        Value::Null => Value::Unknown,
        value => value.clone(),
    }
}

/// Returns the configured length, or that of the prefix.
pub(super) fn planned_length(config: &RouteModel) -> Value<Int> {
    match (&config.prefix_length, &config.prefix) {
        (Value::Null, Value::Value(prefix)) => cidr::ipv6_network(prefix)
            .map_or(Value::Unknown, |network| {
                Value::Value(Int(i64::from(network.prefix_len())))
            }),
        (length, _) => or_unknown(length),
    }
}

/// Whether the route is created again with its prefix: because it changes, or to complete an
/// interrupted move.
pub(super) fn is_moved(prior: &RouteModel, planned: &RouteModel) -> bool {
    prior.is_unrouted() || differs(prior, planned)
}

/// Whether the route changes at HostUp.
pub(super) fn differs(prior: &RouteModel, planned: &RouteModel) -> bool {
    prior.vps_id != planned.vps_id || comparable(&prior.label) != comparable(&planned.label)
}

/// Returns a label for comparison: HostUp may trim it, and an empty one is the same as none.
fn comparable(label: &Value<String>) -> Value<&str> {
    match label.as_deref() {
        Value::Value(label) if label.trim().is_empty() => Value::Null,
        Value::Value(label) => Value::Value(label.trim()),
        label => label,
    }
}

fn is_unknown<T>(value: &Value<T>) -> bool {
    matches!(value, Value::Unknown)
}

/// Plans the change from `prior` to `config`. `proposed` is how the core merges the two.
pub(super) fn plan_change(
    prior: &RouteModel,
    config: &RouteModel,
    proposed: RouteModel,
) -> Planned<RouteModel> {
    let mut replace = Vec::new();
    // An unknown value may turn out to be the same, so it does not replace the route.
    if config.pool_id != prior.pool_id && !is_unknown(&config.pool_id) {
        replace.push(AttributePath::new("pool_id"));
    }
    // Another spelling of the same network is no change.
    let prefix = match (&config.prefix, &prior.prefix) {
        (Value::Null, prior) => prior.clone(),
        (Value::Value(new), Value::Value(old)) if cidr::same_network(new, old) => {
            prior.prefix.clone()
        }
        (new, _) => {
            if !is_unknown(new) {
                replace.push(AttributePath::new("prefix"));
            }
            new.clone()
        }
    };
    let prefix_length = match &config.prefix_length {
        Value::Null if prefix == prior.prefix => prior.prefix_length,
        Value::Null => planned_length(config),
        length => {
            if *length != prior.prefix_length && !is_unknown(length) {
                replace.push(AttributePath::new("prefix_length"));
            }
            *length
        }
    };
    let mut model = RouteModel {
        prefix,
        prefix_length,
        ..proposed
    };
    if !replace.is_empty() && config.prefix.is_null() {
        model.prefix = Value::Unknown;
    }
    if !replace.is_empty() || is_moved(prior, &model) {
        model.set_computed_unknown();
    }
    Planned { model, replace }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::framework::test_cidrs;

    fn route() -> RouteModel {
        let text = |text: &str| Value::Value(text.to_owned());
        RouteModel {
            pool_id: text("ripv6_1"),
            vps_id: text("vps_1"),
            prefix: text("2001:db8:1000:100::/56"),
            prefix_length: Value::Value(Int(56)),
            label: Value::Null,
            timeouts: Value::Null,
            id: text("ripv6rt_1"),
            next_hop: text("2001:db8::10"),
            vps_name: text("web-01"),
            status: text("active"),
        }
    }

    fn replaced_by(config: &RouteModel) -> Vec<String> {
        let planned = plan_change(&route(), config, config.clone());
        planned.replace.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn another_spelling_of_the_prefix_changes_nothing() {
        let mut config = route();
        config.prefix = Value::Value("2001:0DB8:1000:0100::/56".to_owned());
        let planned = plan_change(&route(), &config, config.clone());
        assert!(planned.replace.is_empty());
        assert_eq!(planned.model, route());
    }

    #[test]
    fn another_prefix_replaces_the_route() {
        let mut config = route();
        config.prefix = Value::Value("2001:db8:1000:200::/56".to_owned());
        let planned = plan_change(&route(), &config, config.clone());
        assert_eq!(planned.replace, [AttributePath::new("prefix")]);
        assert!(planned.model.id.is_unknown());
    }

    #[test]
    fn another_length_replaces_the_chosen_prefix() {
        let mut config = route();
        config.prefix = Value::Null;
        config.prefix_length = Value::Value(Int(64));
        assert_eq!(replaced_by(&config), ["prefix_length"]);
        let proposed = RouteModel {
            prefix: route().prefix,
            ..config.clone()
        };
        assert!(
            plan_change(&route(), &config, proposed)
                .model
                .prefix
                .is_unknown()
        );
    }

    #[test]
    fn another_server_or_label_keeps_the_prefix() {
        let mut config = route();
        config.vps_id = Value::Value("vps_2".to_owned());
        config.label = Value::Value("web".to_owned());
        let planned = plan_change(&route(), &config, config.clone());
        assert!(planned.replace.is_empty());
        assert_eq!(planned.model.prefix, route().prefix);
        assert!(planned.model.id.is_unknown());
        assert!(planned.model.next_hop.is_unknown());
    }

    proptest! {
        #[test]
        fn no_spelling_of_a_prefix_is_a_change(
            (canonical, spelled) in test_cidrs::ipv6(&[48, 56, 64]),
        ) {
            let network = cidr::ipv6_network(&canonical).expect("a network");
            let length = network.prefix_len();
            let stored = |prefix: &str| RouteModel {
                prefix: Value::Value(prefix.to_owned()),
                prefix_length: Value::Value(Int(i64::from(length))),
                ..route()
            };
            for (prior, config) in [(&canonical, &spelled), (&spelled, &canonical)] {
                let (prior, config) = (stored(prior), stored(config));
                let planned = plan_change(&prior, &config, config.clone());
                prop_assert!(planned.replace.is_empty());
                prop_assert_eq!(planned.model, prior);
            }
        }

        #[test]
        fn a_stored_model_is_read_back(
            (prefix, _) in test_cidrs::ipv6(&[48, 56, 64]),
            known in any::<[bool; 4]>(),
        ) {
            let or_unknown = |value, known| if known { value } else { Value::Unknown };
            let model = RouteModel {
                prefix: or_unknown(Value::Value(prefix), known[0]),
                prefix_length: if known[1] { Value::Value(Int(56)) } else { Value::Unknown },
                label: or_unknown(Value::Null, known[2]),
                id: or_unknown(route().id, known[3]),
                ..route()
            };
            let stored = rmp_serde::to_vec_named(&model).expect("bytes");
            prop_assert_eq!(rmp_serde::from_slice::<RouteModel>(&stored).expect("a model"), model);
        }
    }
}
