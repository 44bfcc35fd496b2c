//! What a change of an interface's configuration means: nothing at HostUp, or another interface.

use tf_provider::AttributePath;
use tf_provider::value::Value;
use tf_provider_server::model::Schema as _;

use crate::framework::resource::Planned;

use super::model::InterfaceModel;

/// What a change of `subnet_id` or `private_network_id` means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SubnetChange {
    /// The interface is in that subnet.
    Same,
    /// It is in another one; the attribute that says so.
    Other(&'static str),
    /// It is in that subnet if the private network has it.
    SameIfIn(String),
}

/// Compares the subnet of `config` with the one that the interface is in. Values that are not known
/// yet change nothing.
pub(super) fn subnet_change(prior: &InterfaceModel, config: &InterfaceModel) -> SubnetChange {
    match (&config.subnet_id, &config.private_network_id) {
        // An import stores no subnet when several fit. Then the configuration names it.
        _ if prior.subnet_id.is_null() => SubnetChange::Same,
        (Value::Value(new), _) if prior.subnet_id.as_ref_option() == Some(new) => {
            SubnetChange::Same
        }
        (Value::Value(_), _) => SubnetChange::Other("subnet_id"),
        (_, Value::Value(new)) if prior.private_network_id.as_ref_option() != Some(new) => {
            SubnetChange::SameIfIn(new.clone())
        }
        _ => SubnetChange::Same,
    }
}

/// Plans the change from `prior` to `config`. `other_subnet`: the attribute that names another
/// subnet than the one that the interface is in.
pub(super) fn plan_change(
    prior: &InterfaceModel,
    config: &InterfaceModel,
    proposed: InterfaceModel,
    other_subnet: Option<&'static str>,
) -> Planned<InterfaceModel> {
    let is_other = |old: &Value<String>, new: &Value<String>| match (old, new) {
        (Value::Value(old), Value::Value(new)) => old != new,
        _ => false,
    };
    let mut replace = Vec::new();
    if is_other(&prior.vps_id, &config.vps_id) {
        replace.push(AttributePath::new("vps_id"));
    }
    if is_other(&prior.ip_address, &config.ip_address) {
        replace.push(AttributePath::new("ip_address"));
    }
    replace.extend(other_subnet.map(AttributePath::new));
    if replace.is_empty() {
        let mut model = proposed;
        // Not configured, it stays as it is whatever names the network.
        if config.subnet_id.is_null() {
            model.subnet_id = prior.subnet_id.clone();
        }
        return Planned { model, replace };
    }
    let mut model = planned_anew(config, proposed);
    // A network that is not known yet may be another one.
    let is_known = !config.private_network_id.is_unknown();
    if other_subnet.is_none() && config.subnet_id.is_null() && is_known {
        model.subnet_id = prior.subnet_id.clone();
        model.subnet_cidr = prior.subnet_cidr.clone();
    }
    Planned { model, replace }
}

/// The plan of a new interface, as far as the configuration tells.
pub(super) fn planned_anew(config: &InterfaceModel, proposed: InterfaceModel) -> InterfaceModel {
    let mut model = InterfaceModel {
        subnet_id: match &config.subnet_id {
            Value::Null => Value::Unknown,
            configured => configured.clone(),
        },
        ..proposed
    };
    model.set_computed_unknown();
    if let Some(id) = model.known_id() {
        model.id = Value::Value(id);
    }
    model
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value<String> {
        Value::Value(text.to_owned())
    }

    fn attached() -> InterfaceModel {
        InterfaceModel {
            vps_id: text("vps_1"),
            private_network_id: text("pnet_1"),
            subnet_id: text("subnet_1"),
            ip_address: text("10.42.0.10"),
            subnet_cidr: text("10.42.0.0/24"),
            interface_name: text("net1"),
            ..InterfaceModel::null()
        }
    }

    fn configured(network: Value<String>, subnet: Value<String>) -> InterfaceModel {
        InterfaceModel {
            private_network_id: network,
            subnet_id: subnet,
            ..attached()
        }
    }

    #[test]
    fn the_same_subnet_named_the_other_way_is_no_change() {
        let named = |network, subnet| subnet_change(&attached(), &configured(network, subnet));
        assert_eq!(named(text("pnet_1"), Value::Null), SubnetChange::Same);
        assert_eq!(named(Value::Null, text("subnet_1")), SubnetChange::Same);
        assert_eq!(named(Value::Unknown, Value::Null), SubnetChange::Same);
        assert_eq!(
            named(Value::Null, text("subnet_2")),
            SubnetChange::Other("subnet_id")
        );
        assert_eq!(
            named(text("pnet_2"), Value::Null),
            SubnetChange::SameIfIn("pnet_2".to_owned())
        );
    }

    #[test]
    fn a_subnet_that_an_import_could_not_tell_is_what_the_configuration_says() {
        let imported = InterfaceModel {
            subnet_id: Value::Null,
            private_network_id: Value::Null,
            ..attached()
        };
        for config in [
            configured(text("pnet_1"), Value::Null),
            configured(Value::Null, text("subnet_1")),
        ] {
            assert_eq!(subnet_change(&imported, &config), SubnetChange::Same);
        }
    }

    #[test]
    fn another_server_or_address_is_another_interface_in_the_same_subnet() {
        let config = InterfaceModel {
            vps_id: text("vps_2"),
            subnet_id: Value::Null,
            ..attached()
        };
        let planned = plan_change(&attached(), &config, config.clone(), None);
        assert_eq!(planned.replace, [AttributePath::new("vps_id")]);
        assert_eq!(planned.model.id, text("vps_2/10.42.0.10"));
        assert_eq!(planned.model.subnet_id, text("subnet_1"));
        assert!(planned.model.interface_name.is_unknown());
    }

    #[test]
    fn another_address_in_a_network_that_is_not_known_yet_is_in_an_unknown_subnet() {
        let config = InterfaceModel {
            ip_address: text("10.43.0.10"),
            ..configured(Value::Unknown, Value::Null)
        };
        let planned = plan_change(&attached(), &config, config.clone(), None);
        assert_eq!(planned.replace, [AttributePath::new("ip_address")]);
        assert!(planned.model.subnet_id.is_unknown());
        assert!(planned.model.subnet_cidr.is_unknown());
    }

    #[test]
    fn a_value_that_is_unknown_until_apply_plans_no_other_interface() {
        let config = InterfaceModel {
            vps_id: Value::Unknown,
            ..attached()
        };
        let planned = plan_change(&attached(), &config, config.clone(), None);
        assert_eq!(planned.replace, []);
        assert_eq!(planned.model.interface_name, text("net1"));
    }
}
