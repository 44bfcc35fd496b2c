//! The deletion of a private network: HostUp accepts it, and refuses it while something uses the
//! network.

use hostup_client::{AttachedVps, NetworkStatus, PrivateNetwork};

use crate::framework::diagnostics::{Diagnostic, bullets};
use crate::framework::guide::Section;
use crate::framework::resource::Context;
use crate::framework::wait::Wait;

/// Deletes the network and waits until it is gone.
pub(super) async fn delete(context: &Context, id: &str) -> Result<(), Diagnostic> {
    let mut wait = Wait::new(
        &context.operation,
        format!("the network `{id}` to be deleted"),
        "apply again to continue; nothing is lost",
    );
    request(context, id, &mut wait).await?;
    let networks = context.client.private_networks();
    loop {
        let read = networks.get_opt(wait.operation(), id).await;
        match wait.tolerate(read)? {
            Some(None) => return Ok(()),
            Some(Some(network)) => {
                wait.pause(&format!("`{}`", network.status.as_str()))
                    .await?;
            }
            None => wait.pause("not readable").await?,
        }
    }
}

/// Requests the deletion until HostUp accepts it. A refusal is waited out while the network or a
/// subnet is in transition. If nothing is, the request is repeated once: what blocked it may have
/// ended between the refusal and the read.
async fn request(context: &Context, id: &str, wait: &mut Wait) -> Result<(), Diagnostic> {
    let networks = context.client.private_networks();
    let mut was_stable = false;
    loop {
        let refused = match networks.delete(wait.operation(), id).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_conflict() => error,
            // A 404 that is not the API's, for a network that the list shows, is retried.
            Err(error) if error.status() == Some(404) => {
                wait.tolerate::<()>(Err(error))?;
                wait.pause("listed, though HostUp does not find it").await?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let read = networks.get_opt(wait.operation(), id).await;
        let network = match wait.tolerate(read)? {
            None => {
                wait.pause("not readable").await?;
                continue;
            }
            Some(None) => return Ok(()),
            Some(Some(network)) => network,
        };
        let vps = context.client.vps();
        let is_leaving = |server: &AttachedVps| vps.detached_recently(&server.id);
        let (leaving, attached): (Vec<_>, Vec<_>) =
            network.attached_vps.iter().partition(|it| is_leaving(it));
        // A server that was detached a moment ago may still show, and its address stays reserved.
        let reserved = network.unused_address_reservation_count.unwrap_or(0);
        let is_stable = is_stable(&network) && leaving.is_empty() && reserved == 0;
        if !attached.is_empty() || (is_stable && was_stable) {
            return Err(blocked(&network, refused.into()));
        }
        if !is_stable {
            let mut status = format!("`{}`", network.status.as_str());
            if reserved > 0 {
                status = format!("{status} with {reserved} reserved addresses");
            }
            wait.pause_after(
                &refused,
                &format!("{status}, and HostUp refuses to delete it yet"),
            )
            .await?;
        }
        was_stable = is_stable;
    }
}

/// Whether neither the network nor a subnet is in transition.
fn is_stable(network: &PrivateNetwork) -> bool {
    let in_transition = |status: &NetworkStatus| {
        matches!(
            status,
            NetworkStatus::Provisioning | NetworkStatus::Deprovisioning
        )
    };
    !in_transition(&network.status)
        && !network
            .subnets
            .iter()
            .any(|subnet| in_transition(&subnet.status))
}

/// Adds to a refusal what HostUp waits for: the attached servers, else the subnets.
fn blocked(network: &PrivateNetwork, refused: Diagnostic) -> Diagnostic {
    if !network.attached_vps.is_empty() {
        let servers = network.attached_vps.iter();
        let servers = bullets(servers.map(|vps| format!("`{}` (`{}`)", vps.name, vps.id)));
        return refused.hint(
            Section::PrivateNetworks,
            format!("detach these servers from the network, then apply again:{servers}"),
        );
    }
    let subnets = network
        .subnets
        .iter()
        .filter(|subnet| subnet.status != NetworkStatus::Retired);
    let subnets = bullets(subnets.map(|subnet| {
        format!(
            "{} (`{}`) is `{}`",
            subnet.subnet_cidr,
            subnet.id,
            subnet.status.as_str()
        )
    }));
    if subnets.is_empty() {
        return refused;
    }
    refused.hint(
        Section::PrivateNetworks,
        format!(
            "HostUp shows no attached server. If that is right, ask HostUp's support to retire \
             these subnets, then apply again; the API cannot:{subnets}"
        ),
    )
}
