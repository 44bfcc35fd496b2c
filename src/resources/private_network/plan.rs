//! What a change of a private network's configuration means: in place, or another network.

use tf_provider::AttributePath;
use tf_provider::value::Value;
use tf_provider_server::model::Schema as _;

use crate::framework::cidr;
use crate::framework::resource::Planned;

use super::model::NetworkModel;

/// Plans the change from `prior` to `config`; `proposed` is what the core makes of the two.
pub(super) fn plan_change(
    prior: &NetworkModel,
    config: &NetworkModel,
    proposed: NetworkModel,
) -> Planned<NetworkModel> {
    let mut replace = Vec::new();
    if config.name != prior.name {
        replace.push(AttributePath::new("name"));
    }
    // Another spelling of the same range is no change: the prior one stands.
    let parent_cidr = match (&config.parent_cidr, &prior.parent_cidr) {
        (Value::Null, prior) => prior.clone(),
        (Value::Value(new), Value::Value(old)) if cidr::same_network(new, old) => {
            prior.parent_cidr.clone()
        }
        (new, _) => {
            replace.push(AttributePath::new("parent_cidr"));
            new.clone()
        }
    };
    // After an import no region is known: the configuration's is adopted, not enforced.
    let region = match (&config.region, &prior.region) {
        (Value::Null, prior) => prior.clone(),
        (Value::Value(new), Value::Value(old)) if new != old => {
            replace.push(AttributePath::new("region"));
            config.region.clone()
        }
        (new, _) => new.clone(),
    };
    let mut model = NetworkModel {
        parent_cidr,
        region,
        ..proposed
    };
    if !replace.is_empty() {
        model.set_computed_unknown();
        if config.parent_cidr.is_null() {
            model.parent_cidr = Value::Unknown;
        }
    }
    Planned { model, replace }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::framework::test_cidrs;

    fn text(text: &str) -> Value<String> {
        Value::Value(text.to_owned())
    }

    fn network() -> NetworkModel {
        NetworkModel {
            name: text("web"),
            parent_cidr: text("10.42.0.0/21"),
            region: text("stockholm"),
            description: Value::Null,
            timeouts: Value::Null,
            location: text("dc1r28"),
            id: text("pnet_1"),
            status: text("active"),
            subnet_count: Value::Null,
            attached_vps_count: Value::Null,
            created_at: Value::Null,
            subnets: Value::Null,
            attached_vps: Value::Null,
        }
    }

    #[track_caller]
    fn forces(prior: &NetworkModel, config: &NetworkModel, expected: &[&str]) {
        let planned = plan_change(prior, config, config.clone());
        let replace: Vec<_> = planned.replace.iter().map(ToString::to_string).collect();
        assert_eq!(replace, expected);
    }

    #[test]
    fn a_region_that_was_never_known_is_adopted_in_place() {
        let imported = NetworkModel {
            region: Value::Null,
            ..network()
        };
        forces(&imported, &network(), &[]);
        assert_eq!(
            plan_change(&imported, &network(), network()).model.region,
            text("stockholm")
        );
    }

    #[test]
    fn a_region_that_is_left_out_again_stays_as_it_was() {
        let config = NetworkModel {
            region: Value::Null,
            ..network()
        };
        forces(&network(), &config, &[]);
        assert_eq!(
            plan_change(&network(), &config, config.clone())
                .model
                .region,
            text("stockholm")
        );
    }

    #[test]
    fn another_region_name_or_range_makes_a_new_network() {
        forces(
            &network(),
            &NetworkModel {
                region: text("helsinki"),
                ..network()
            },
            &["region"],
        );
        forces(
            &network(),
            &NetworkModel {
                name: text("db"),
                ..network()
            },
            &["name"],
        );
        forces(
            &network(),
            &NetworkModel {
                parent_cidr: text("10.50.0.0/21"),
                ..network()
            },
            &["parent_cidr"],
        );
    }

    #[test]
    fn a_description_changes_in_place() {
        let config = NetworkModel {
            description: text("backend"),
            ..network()
        };
        forces(&network(), &config, &[]);
        assert_eq!(
            plan_change(&network(), &config, config.clone())
                .model
                .description,
            text("backend")
        );
    }

    proptest! {
        #[test]
        fn the_same_range_is_no_change_and_another_is(one in test_cidrs::ipv4(21), other in test_cidrs::ipv4(21)) {
            let with = |range: &str| NetworkModel { parent_cidr: text(range), ..network() };
            prop_assert!(plan_change(&with(&one), &with(&one), with(&one)).replace.is_empty());
            let replaced = !plan_change(&with(&one), &with(&other), with(&other)).replace.is_empty();
            prop_assert_eq!(replaced, one != other);
        }

        #[test]
        fn what_is_stored_is_read_back(range in test_cidrs::ipv4(21), known in any::<bool>()) {
            let model = NetworkModel {
                parent_cidr: if known { text(&range) } else { Value::Unknown },
                subnets: if known { Value::Value(Vec::new()) } else { Value::Unknown },
                ..network()
            };
            let stored = rmp_serde::to_vec_named(&model).expect("bytes");
            prop_assert_eq!(rmp_serde::from_slice::<NetworkModel>(&stored).expect("a model"), model);
        }
    }
}
