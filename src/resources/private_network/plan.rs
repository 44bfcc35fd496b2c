//! The plan for a changed configuration of a private network: in place, or a replacement.

use tf_provider::AttributePath;
use tf_provider::value::Value;
use tf_provider_server::model::Schema as _;

use crate::framework::cidr;
use crate::framework::diagnostics::{Diagnostic, Diagnostics, bullets_of_some};
use crate::framework::guide::Section;
use crate::framework::resource::{Planned, unknown_until_apply};

use super::model::{AttachedVpsModel, NetworkModel};

/// The only region that HostUp's documents name.
const DOCUMENTED_REGION: &str = "stockholm";

/// Plans the change from `prior` to `config`. `proposed` is how the core merges the two.
pub(super) fn plan_change(
    prior: &NetworkModel,
    config: &NetworkModel,
    proposed: NetworkModel,
) -> Planned<NetworkModel> {
    let mut replace = Vec::new();
    if config.name != prior.name {
        replace.push(AttributePath::new("name"));
    }
    // Another spelling of the same range is no change.
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
    // After an import the region is not known, so a new one does not replace the network. The case
    // of its letters does not make another region.
    let region = match (&config.region, &prior.region) {
        (Value::Value(new), Value::Value(old)) if new.eq_ignore_ascii_case(old) => {
            prior.region.clone()
        }
        (Value::Value(_), Value::Value(_)) => {
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

/// Warns of what the user should know about a planned change.
pub(super) fn warn(
    prior: &NetworkModel,
    planned: &Planned<NetworkModel>,
    diagnostics: &mut Diagnostics,
) {
    let Planned { model, replace } = planned;
    match (&prior.region, &model.region) {
        (Value::Value(old), Value::Unknown) if replace.is_empty() => {
            diagnostics.warning(unknown_until_apply("region", old, Section::PrivateNetworks));
        }
        (Value::Value(old), Value::Value(new)) if old != new => {
            diagnostics.warning(region_replaces(old, new));
        }
        (Value::Null, Value::Value(new)) if replace.is_empty() => {
            diagnostics.warning(region_unconfirmed(new));
        }
        _ => {}
    }
    if replace.is_empty() && prior.description != model.description {
        diagnostics.warning(
            Diagnostic::new(
                "The description changes only in Terraform",
                "HostUp stores a description when it creates a network. The API can neither return \
                 nor change it.",
            )
            .at_attribute("description")
            .section(Section::PrivateNetworks),
        );
    }
}

/// Warns that HostUp will refuse to replace a network with these servers attached.
pub(super) fn servers_attached(servers: &[AttachedVpsModel]) -> Diagnostic {
    Diagnostic::new(
        "The network has servers attached",
        format!(
            "HostUp refuses to delete a network that has servers attached. The replacement fails \
             unless these are detached before:{}",
            bullets_of_some(servers.iter().map(AttachedVpsModel::describe))
        ),
    )
    .section(Section::PrivateNetworks)
}

fn region_replaces(old: &str, new: &str) -> Diagnostic {
    Diagnostic::new(
        "The region replaces the network",
        format!(
            "`region` is `{old}` in the state and `{new}` in the configuration. HostUp cannot move \
             a network to another region."
        ),
    )
    .at_attribute("region")
    .hint(
        Section::PrivateNetworks,
        "`location` shows where the network really is. If only the state is wrong, remove \
         `region`, apply, and set it again: that keeps the network",
    )
}

/// Warns of a new network's region that may be misspelt.
pub(super) fn check_new_region(region: &Value<String>, diagnostics: &mut Diagnostics) {
    let Value::Value(region) = region else {
        return;
    };
    if region.eq_ignore_ascii_case(DOCUMENTED_REGION) {
        return;
    }
    diagnostics.warning(
        Diagnostic::new(
            "HostUp's documents do not name this region",
            format!(
                "They name only `{DOCUMENTED_REGION}`. HostUp may refuse `{region}`, or create the \
                 network somewhere else. After the apply, `location` shows where the network is."
            ),
        )
        .at_attribute("region")
        .hint(
            Section::PrivateNetworks,
            "check the spelling: a correction after the apply replaces the network",
        ),
    );
}

fn region_unconfirmed(region: &str) -> Diagnostic {
    Diagnostic::new(
        "HostUp cannot confirm the region",
        format!(
            "The API does not return the region of a network, so `{region}` goes into the state \
             unchecked. `location` shows where the network is."
        ),
    )
    .at_attribute("region")
    .hint(
        Section::PrivateNetworks,
        "check the spelling: another region later replaces the network",
    )
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
    fn assert_replaced_by(prior: &NetworkModel, config: &NetworkModel, expected: &[&str]) {
        let planned = plan_change(prior, config, config.clone());
        let replace: Vec<_> = planned.replace.iter().map(ToString::to_string).collect();
        assert_eq!(replace, expected);
    }

    #[test]
    fn a_region_that_was_not_known_is_stored_in_place() {
        let imported = NetworkModel {
            region: Value::Null,
            ..network()
        };
        assert_replaced_by(&imported, &network(), &[]);
        assert_eq!(
            plan_change(&imported, &network(), network()).model.region,
            text("stockholm")
        );
    }

    #[test]
    fn a_region_that_is_removed_is_cleared_in_place() {
        let config = NetworkModel {
            region: Value::Null,
            ..network()
        };
        assert_replaced_by(&network(), &config, &[]);
        assert_eq!(
            plan_change(&network(), &config, config.clone())
                .model
                .region,
            Value::Null
        );
    }

    #[test]
    fn a_region_in_other_letters_changes_nothing() {
        let config = NetworkModel {
            region: text("Stockholm"),
            ..network()
        };
        assert_replaced_by(&network(), &config, &[]);
        let planned = plan_change(&network(), &config, config.clone());
        assert_eq!(planned.model, network());
    }

    #[test]
    fn another_region_name_or_range_replaces_the_network() {
        assert_replaced_by(
            &network(),
            &NetworkModel {
                region: text("helsinki"),
                ..network()
            },
            &["region"],
        );
        assert_replaced_by(
            &network(),
            &NetworkModel {
                name: text("db"),
                ..network()
            },
            &["name"],
        );
        assert_replaced_by(
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
        assert_replaced_by(&network(), &config, &[]);
        assert_eq!(
            plan_change(&network(), &config, config.clone())
                .model
                .description,
            text("backend")
        );
    }

    proptest! {
        #[test]
        fn only_another_range_replaces_the_network(
            one in test_cidrs::ipv4(21),
            other in test_cidrs::ipv4(21),
        ) {
            let with = |range: &str| NetworkModel { parent_cidr: text(range), ..network() };
            prop_assert!(plan_change(&with(&one), &with(&one), with(&one)).replace.is_empty());
            let planned = plan_change(&with(&one), &with(&other), with(&other));
            prop_assert_eq!(!planned.replace.is_empty(), one != other);
        }

        #[test]
        fn a_stored_model_is_read_back(range in test_cidrs::ipv4(21), known in any::<bool>()) {
            let model = NetworkModel {
                parent_cidr: if known { text(&range) } else { Value::Unknown },
                subnets: if known { Value::Value(Vec::new()) } else { Value::Unknown },
                ..network()
            };
            let stored = rmp_serde::to_vec_named(&model).expect("bytes");
            let read = rmp_serde::from_slice::<NetworkModel>(&stored).expect("a model");
            prop_assert_eq!(read, model);
        }
    }
}
