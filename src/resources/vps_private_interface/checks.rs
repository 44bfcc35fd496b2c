//! What can be said of an interface before it is attached: offline while validating, with the
//! account's state while planning.

use std::net::{IpAddr, Ipv4Addr};

use hostup_client::{Interface, PrivateNetwork, VpsNetwork};
use ipnet::Ipv4Net;
use tf_provider::value::Value;

use crate::framework::data_source::{exactly_one_of, not_empty};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::guide::Section;
use crate::framework::resource::Context;

use super::model::InterfaceModel;
use super::subnet::{NoPlace, Place, contains};

/// What to do about a second interface of a server in one subnet.
pub(super) const ONE_A_SUBNET: &str =
    "HostUp may allow one interface of a server in a subnet; detach that one, or import it instead";

/// Checks that need no API.
pub(super) fn offline(config: &InterfaceModel, diagnostics: &mut Diagnostics) {
    not_empty([("vps_id", &config.vps_id)], diagnostics);
    exactly_one_of(
        [
            ("private_network_id", &config.private_network_id),
            ("subnet_id", &config.subnet_id),
        ],
        diagnostics,
    );
    if let Value::Value(text) = &config.ip_address
        && let Err(reason) = address(text)
    {
        diagnostics.error(
            Diagnostic::new("Invalid address", reason)
                .at_attribute("ip_address")
                .section(Section::PrivateInterfaces),
        );
    }
}

/// Reads an address of a private network.
///
/// # Errors
/// A sentence for the user, with the corrected value where there is one.
pub(super) fn address(text: &str) -> Result<Ipv4Addr, String> {
    let read = |text: &str| text.parse::<IpAddr>().ok();
    match read(text) {
        Some(IpAddr::V4(address)) if address.is_private() => Ok(address),
        Some(IpAddr::V4(address)) => Err(format!(
            "`{address}` is not in private IPv4 space, which is `10.0.0.0/8`, `172.16.0.0/12`, \
             `192.168.0.0/16`"
        )),
        Some(IpAddr::V6(address)) => Err(format!(
            "`{address}` is IPv6; HostUp's private networks are IPv4, as in `10.42.0.10`"
        )),
        None => {
            let bare = text.split('/').next().unwrap_or_default().trim();
            Err(match read(bare) {
                Some(address) => {
                    format!("`{text}` is not an address alone; it is probably `{address}`")
                }
                None => format!("`{text}` is not an IPv4 address, such as `10.42.0.10`"),
            })
        }
    }
}

/// Refuses an address that HostUp does not accept in the subnet.
pub(super) fn in_subnet(address: Ipv4Addr, place: &Place, diagnostics: &mut Diagnostics) {
    let Ok(range) = place.subnet.subnet_cidr.parse::<Ipv4Net>() else {
        return;
    };
    let first = Ipv4Addr::from(u32::from(range.network()).saturating_add(2));
    let last = Ipv4Addr::from(u32::from(range.broadcast()).saturating_sub(1));
    let gateway = place
        .subnet
        .gateway
        .as_ref()
        .and_then(|it| it.parse::<Ipv4Addr>().ok());
    let reason = if !range.contains(&address) {
        format!("`{address}` is not in the subnet {range}")
    } else if Some(address) == gateway {
        format!("`{address}` is the gateway of the subnet {range}")
    } else if address < first || address > last {
        format!("`{address}` cannot be a server's address in the subnet {range}")
    } else {
        return;
    };
    diagnostics.error(
        Diagnostic::new("Invalid address", reason)
            .at_attribute("ip_address")
            .hint(
                Section::PrivateInterfaces,
                format!("choose one from `{first}` to `{last}` that no other server has"),
            ),
    );
}

/// Checks a planned interface against the account as it is now. What the same run may change is a
/// warning; what no run of Terraform can change is an error. `is_stored`: the state has the
/// interface of this server and address, so the run detaches it before.
pub(super) async fn against_account(
    context: &Context,
    planned: &InterfaceModel,
    place: Option<&Place>,
    is_stored: impl Fn(&str, Ipv4Addr) -> bool + Send,
    diagnostics: &mut Diagnostics,
) {
    if let Err(error) = check(context, planned, place, is_stored, diagnostics).await {
        context.api.report_unchecked(error, diagnostics);
    }
}

async fn check(
    context: &Context,
    planned: &InterfaceModel,
    place: Option<&Place>,
    is_stored: impl Fn(&str, Ipv4Addr) -> bool + Send,
    diagnostics: &mut Diagnostics,
) -> Result<(), hostup_client::Error> {
    let address = planned.address();
    if let (Some(address), Some(place)) = (address, place) {
        in_subnet(address, place, diagnostics);
    }
    let (Value::Value(id), vps) = (&planned.vps_id, context.client.vps()) else {
        return Ok(());
    };
    let Some(network) = vps.recent_network(&context.operation, id).await? else {
        diagnostics.error(no_server(id));
        return Ok(());
    };
    let Some(address) = address else {
        return Ok(());
    };
    let mut warn = |summary: &'static str, detail: String, hint: String| {
        let warning = Diagnostic::new(summary, detail).at_attribute("ip_address");
        diagnostics.warning(warning.hint(Section::PrivateInterfaces, hint));
    };
    if network.interface_with(address).is_some() && !is_stored(id, address) {
        warn(
            "The server has this address already",
            format!(
                "server `{id}` already has `{address}`. Unless this run detaches it before, the \
                 apply will fail."
            ),
            import_block(id, address),
        );
    }
    let Some(place) = place else {
        return Ok(());
    };
    if let Some(other) = other_in_subnet(&network, address, place)
        && !is_stored(id, other)
    {
        warn(
            "The server is in this subnet already",
            format!(
                "server `{id}` has `{other}` in the subnet {}. Unless this run detaches it before, \
                 HostUp may refuse `{address}`.",
                place.subnet.subnet_cidr
            ),
            ONE_A_SUBNET.to_owned(),
        );
    }
    if let Some(holder) = holder(context, &place.network, address, id, false).await? {
        warn(
            "Another server has this address",
            format!(
                "{holder} has `{address}`. Unless this run detaches it before, HostUp will refuse \
                 it."
            ),
            "choose another address, or detach that interface first".to_owned(),
        );
    }
    Ok(())
}

/// Returns another private address of the server in the subnet.
pub(super) fn other_in_subnet(
    network: &VpsNetwork,
    address: Ipv4Addr,
    place: &Place,
) -> Option<Ipv4Addr> {
    let own = network
        .interfaces
        .iter()
        .flat_map(Interface::private_addresses);
    own.map(|(own, _)| own)
        .find(|own| *own != address && contains(&place.subnet, *own))
}

/// Finds the server of the network, other than `vps_id`, that has the address: its name and id.
/// With `fresh` no earlier read of a server is used.
pub(super) async fn holder(
    context: &Context,
    network: &PrivateNetwork,
    address: Ipv4Addr,
    vps_id: &str,
    fresh: bool,
) -> Result<Option<String>, hostup_client::Error> {
    let (vps, operation) = (context.client.vps(), &context.operation);
    let has_address = |it: &VpsNetwork| it.interface_with(address).is_some();
    for server in network.attached_vps.iter().filter(|it| it.id != vps_id) {
        let is_holder = if fresh {
            let network = vps.network_opt(operation, &server.id).await?;
            network.as_ref().is_some_and(has_address)
        } else {
            let network = vps.recent_network(operation, &server.id).await?;
            network.as_deref().is_some_and(has_address)
        };
        if is_holder {
            return Ok(Some(format!("server `{}` (`{}`)", server.name, server.id)));
        }
    }
    Ok(None)
}

/// Reports why there is no subnet for a planned interface.
pub(super) fn no_place(context: &Context, why: NoPlace, diagnostics: &mut Diagnostics) {
    match why {
        NoPlace::Unread(error) => context.api.report_unchecked(error, diagnostics),
        NoPlace::Refused(diagnostic) | NoPlace::Missing(diagnostic) => {
            diagnostics.error(diagnostic.or_summary(|| "No subnet for the interface".to_owned()));
        }
        // The apply waits for it.
        NoPlace::NotActive(_) => {}
    }
}

/// HostUp has no such server.
pub(super) fn no_server(id: &str) -> Diagnostic {
    Diagnostic::new(
        "No such server",
        format!("the account has no server `{id}`"),
    )
    .at_attribute("vps_id")
    .hint(
        Section::PrivateInterfaces,
        "a server's id begins with `vps_`; `data \"hostup_vps\"` finds it by its name",
    )
}

/// What makes an existing interface this resource's.
pub(super) fn import_block(vps_id: &str, address: Ipv4Addr) -> String {
    format!(
        "if it is this resource's, import it: add this block to the root module and replace \
         `hostup_vps_private_interface.this` by your resource's full address\n\nimport {{\n  to = hostup_vps_private_interface.this\n  id = \
         \"{vps_id}/{address}\"\n}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(text: &str, reason: &str) {
        assert_eq!(address(text), Err(reason.to_owned()));
    }

    #[test]
    fn an_address_is_one_private_ipv4_address() {
        assert_eq!(address("10.42.0.10"), Ok(Ipv4Addr::new(10, 42, 0, 10)));
        refuses(
            "10.42.0.10/24",
            "`10.42.0.10/24` is not an address alone; it is probably `10.42.0.10`",
        );
        refuses(
            " 10.42.0.10",
            "` 10.42.0.10` is not an address alone; it is probably `10.42.0.10`",
        );
        refuses(
            "fd00::10",
            "`fd00::10` is IPv6; HostUp's private networks are IPv4, as in `10.42.0.10`",
        );
        refuses(
            "192.0.2.10",
            "`192.0.2.10` is not in private IPv4 space, which is `10.0.0.0/8`, `172.16.0.0/12`, \
             `192.168.0.0/16`",
        );
        refuses(
            "web-01",
            "`web-01` is not an IPv4 address, such as `10.42.0.10`",
        );
        refuses("", "`` is not an IPv4 address, such as `10.42.0.10`");
    }
}
