//! The subnet that an interface belongs to: by its id, by its network, or by an address.

use std::net::Ipv4Addr;
use std::time::Instant;

use hostup_client::{Error, NetworkStatus, PrivateNetwork, Subnet};
use ipnet::Ipv4Net;
use tf_provider::value::Value;

use crate::framework::diagnostics::{Diagnostic, bullets};
use crate::framework::guide::Section;
use crate::framework::resource::Context;
use crate::framework::wait::Wait;

use super::model::InterfaceModel;

/// A subnet and its network.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) network: PrivateNetwork,
    pub(super) subnet: Subnet,
}

/// Why there is no such place.
#[derive(Debug)]
pub(super) enum NoPlace {
    /// HostUp could not be read.
    Unread(Error),
    /// There is none, or more than one.
    Refused(Diagnostic),
    /// HostUp does not show it. It may have been created a moment ago.
    Missing(Diagnostic),
    /// The subnet is not active yet.
    NotActive(String),
}

impl From<Error> for NoPlace {
    fn from(error: Error) -> Self {
        Self::Unread(error)
    }
}

/// Finds the subnet that `model` names, by `subnet_id` or by `private_network_id`.
pub(super) async fn find(context: &Context, model: &InterfaceModel) -> Result<Place, NoPlace> {
    match (&model.subnet_id, &model.private_network_id) {
        (subnet, Value::Value(id)) => in_network(context, id, subnet.as_ref_option()).await,
        (Value::Value(id), _) => by_id(context, id).await,
        _ => Err(NoPlace::Refused(
            Diagnostic::without_summary("the subnet is not known")
                .section(Section::PrivateInterfaces),
        )),
    }
}

/// As [`find`], and waits until the subnet is active.
pub(super) async fn active(context: &Context, model: &InterfaceModel) -> Result<Place, Diagnostic> {
    let mut wait = Wait::new(
        &context.operation,
        "the subnet to become `active`",
        "apply again to go on; nothing was attached",
    );
    // The network may have been created a moment ago, in the same run.
    let appears_by = Instant::now() + context.client.config().recent_write_timeout;
    loop {
        let status = match find(context, model).await {
            Ok(place) if place.subnet.status == NetworkStatus::Active => return Ok(place),
            Ok(place) => place.subnet.status.as_str().to_owned(),
            Err(NoPlace::NotActive(status)) => status,
            Err(NoPlace::Missing(_)) if Instant::now() < appears_by => "not listed".to_owned(),
            Err(NoPlace::Refused(diagnostic) | NoPlace::Missing(diagnostic)) => {
                return Err(diagnostic);
            }
            Err(NoPlace::Unread(error)) => {
                wait.tolerate::<()>(Err(error))?;
                "not readable".to_owned()
            }
        };
        if status == NetworkStatus::Retired.as_str() {
            return Err(Diagnostic::without_summary(
                "the subnet is `retired` and will not become `active`",
            )
            .section(Section::PrivateInterfaces));
        }
        wait.pause(&format!("`{status}`")).await?;
    }
}

async fn by_id(context: &Context, id: &str) -> Result<Place, NoPlace> {
    let networks = networks(context).await?;
    let count = networks.len();
    for network in networks {
        if let Some(subnet) = network.subnets.iter().find(|it| it.id == id).cloned() {
            return Ok(Place { network, subnet });
        }
    }
    let what = format!("no private network has the subnet `{id}`, of {count} in the account");
    Err(NoPlace::Missing(no_subnet(what)))
}

fn no_subnet(what: String) -> Diagnostic {
    Diagnostic::without_summary(what).at_attribute("subnet_id").hint(
        Section::PrivateInterfaces,
        "a subnet's id begins with `subnet_`; `subnets` of a `hostup_private_network` shows them",
    )
}

/// The subnet with this id of a network; without an id, its only active one.
async fn in_network(
    context: &Context,
    id: &str,
    subnet_id: Option<&String>,
) -> Result<Place, NoPlace> {
    let networks = context.client.private_networks();
    let network = networks.get_present(&context.operation, id, None).await?;
    let Some(network) = network else {
        let what = format!("the account has no private network `{id}`");
        return Err(NoPlace::Missing(
            Diagnostic::without_summary(what)
                .at_attribute("private_network_id")
                .hint(
                    Section::PrivateInterfaces,
                    "a network's id begins with `pnet_`",
                ),
        ));
    };
    if let Some(subnet_id) = subnet_id {
        let subnet = network.subnets.iter().find(|it| it.id == *subnet_id);
        let Some(subnet) = subnet.cloned() else {
            let what = format!("the private network `{id}` has no subnet `{subnet_id}`");
            return Err(NoPlace::Missing(no_subnet(what)));
        };
        return Ok(Place { network, subnet });
    }
    let is_active = |subnet: &&Subnet| subnet.status == NetworkStatus::Active;
    let active: Vec<_> = network.subnets.iter().filter(is_active).collect();
    match active[..] {
        [subnet] => {
            let subnet = subnet.clone();
            Ok(Place { network, subnet })
        }
        [] => Err(match network.subnets.iter().find(|it| is_coming(it)) {
            Some(subnet) => NoPlace::NotActive(subnet.status.as_str().to_owned()),
            None => NoPlace::Refused(
                Diagnostic::without_summary(format!(
                    "the private network `{id}` has no active subnet"
                ))
                .at_attribute("private_network_id")
                .section(Section::PrivateInterfaces),
            ),
        }),
        [..] => {
            let subnets = active
                .iter()
                .map(|it| format!("`{}` ({})", it.id, it.subnet_cidr));
            let what = format!(
                "the private network `{id}` has {} active subnets",
                active.len()
            );
            Err(NoPlace::Refused(
                Diagnostic::without_summary(what)
                    .at_attribute("private_network_id")
                    .hint(
                        Section::PrivateInterfaces,
                        format!(
                            "set `subnet_id` to one of them instead of `private_network_id`:{}",
                            bullets(subnets)
                        ),
                    ),
            ))
        }
    }
}

fn is_coming(subnet: &Subnet) -> bool {
    matches!(
        subnet.status,
        NetworkStatus::Provisioning | NetworkStatus::Unknown
    )
}

/// The one subnet that contains the address, of a network that `vps_id` is in. `None` when no
/// subnet or more than one fits.
pub(super) async fn of_address(
    context: &Context,
    vps_id: &str,
    address: Ipv4Addr,
) -> Result<Option<Subnet>, Error> {
    let networks = networks(context).await?;
    let subnets = || {
        networks.iter().flat_map(|network| {
            let subnets = network.subnets.iter();
            subnets
                .filter(|it| contains(it, address))
                .map(move |it| (network, it))
        })
    };
    let is_in = |network: &PrivateNetwork| network.attached_vps.iter().any(|it| it.id == vps_id);
    let theirs: Vec<_> = subnets().filter(|(network, _)| is_in(network)).collect();
    let fitting = if theirs.is_empty() {
        subnets().collect()
    } else {
        theirs
    };
    Ok(match fitting[..] {
        [(_, subnet)] => Some(subnet.clone()),
        _ => None,
    })
}

/// Every network of the account with its subnets, without those that are gone.
pub(super) async fn networks(context: &Context) -> Result<Vec<PrivateNetwork>, Error> {
    let calls = context.client.private_networks();
    let mut networks = Vec::new();
    for listed in calls.list(&context.operation, None).await? {
        if listed.status != NetworkStatus::Retired {
            networks.extend(calls.get_opt(&context.operation, &listed.id).await?);
        }
    }
    Ok(networks)
}

/// Whether the subnet contains the address.
pub(super) fn contains(subnet: &Subnet, address: Ipv4Addr) -> bool {
    let range = subnet.subnet_cidr.parse::<Ipv4Net>();
    range.is_ok_and(|range| range.contains(&address))
}
