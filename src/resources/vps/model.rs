//! What the data sources show of a server, and how it comes from the API's document.

use hostup_client::{OperatingSystem, VpsBilling, VpsInstance, VpsResources};
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;
use tf_provider_server::value::Float;

/// Looks up a virtual server, by its id, its name or its public address. The id works for routes
/// and private interfaces alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub struct VpsModel {
    /// The server's id, which begins with `vps_`.
    #[schema(root(
        optional_computed,
        append = "Set exactly one of `id`, `name` and `primary_ip`."
    ))]
    pub(super) id: Value<String>,
    /// The server's name.
    #[schema(root(
        optional_computed,
        append = "Case is ignored. When several servers have the name, the lookup fails."
    ))]
    pub(super) name: Value<String>,
    /// The server's public IPv4 address.
    #[schema(root(optional_computed))]
    pub(super) primary_ip: Value<String>,
    /// The state of the service, such as `active` or `suspended`.
    service_status: Value<String>,
    /// Whether the server runs, such as `running` or `stopped`.
    power_state: Value<String>,
    /// The operating system that HostUp installed.
    operating_system: Value<OperatingSystemModel>,
    /// Whether the server is paid by the hour.
    is_payg: Value<bool>,
    /// How often the server is paid, such as `monthly`.
    billing_cycle: Value<String>,
    /// The number of processor cores.
    cpu_cores: Value<Float>,
    /// The amount of memory in GB.
    memory_gb: Value<Float>,
    /// The amount of disk in GB.
    storage_gb: Value<Float>,
}

/// An operating system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
struct OperatingSystemModel {
    /// The full name, such as `Debian 13`.
    display_name: Value<String>,
    /// The family, such as `debian`.
    family: Value<String>,
    /// The version, such as `13`.
    version: Value<String>,
    /// The variant of the operating system.
    variant: Value<String>,
}

/// Lists the account's virtual servers, all of them or those that the filters let through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct InstancesModel {
    /// Only the servers with this name. Case is ignored.
    #[schema(optional)]
    pub(super) name: Value<String>,
    /// Only the server with this public IPv4 address.
    #[schema(optional)]
    pub(super) primary_ip: Value<String>,
    /// The servers, in the order HostUp lists them.
    #[schema(computed)]
    pub(super) instances: Value<Vec<VpsModel>>,
}

impl From<&VpsInstance> for VpsModel {
    fn from(vps: &VpsInstance) -> Self {
        let VpsInstance {
            id,
            name,
            primary_ip,
            service_status,
            power_state,
            operating_system,
            billing,
            resources,
        } = vps;
        let (billing_cycle, is_payg) = match billing {
            Some(VpsBilling {
                billing_cycle,
                is_payg,
            }) => (billing_cycle.clone(), *is_payg),
            None => (None, None),
        };
        let [cpu_cores, memory_gb, storage_gb] = match resources {
            Some(VpsResources {
                cpu_cores,
                memory_gb,
                storage_gb,
            }) => [cpu_cores, memory_gb, storage_gb].map(|it| it.map(Float::from)),
            None => [const { None }; 3],
        };
        Self {
            id: Value::Value(id.clone()),
            name: name.clone().into(),
            primary_ip: primary_ip.clone().into(),
            service_status: service_status.clone().into(),
            power_state: power_state.clone().into(),
            operating_system: operating_system
                .as_ref()
                .map(OperatingSystemModel::from)
                .into(),
            is_payg: is_payg.into(),
            billing_cycle: billing_cycle.into(),
            cpu_cores: cpu_cores.into(),
            memory_gb: memory_gb.into(),
            storage_gb: storage_gb.into(),
        }
    }
}

impl From<&OperatingSystem> for OperatingSystemModel {
    fn from(system: &OperatingSystem) -> Self {
        let OperatingSystem {
            display_name,
            family,
            version,
            variant,
        } = system;
        Self {
            display_name: display_name.clone().into(),
            family: family.clone().into(),
            version: version.clone().into(),
            variant: variant.clone().into(),
        }
    }
}
