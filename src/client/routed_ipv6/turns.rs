//! Whose turn it is: creates that leave the prefix to HostUp, or moves.
//!
//! A move removes a route and makes it again, and in between its prefix is free. HostUp gives the lowest free prefix
//! to a create that names none, which could be that one. So there are any number of such creates at a time, or any
//! number of moves. A move that waits goes before creates that come later; creates wait until nothing is moved any more.

use std::sync::{Arc, Weak};

use tokio::sync::{Mutex, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use crate::client::error::Result;
use crate::client::operation::Operation;

type AllMoves = OwnedRwLockWriteGuard<()>;

/// Creates read, moves write; the moves under way share one guard.
#[derive(Debug, Default)]
pub(super) struct Turns {
    lock: Arc<RwLock<()>>,
    moves: Mutex<Weak<AllMoves>>,
}

/// Ends with the value.
#[derive(Debug)]
#[expect(dead_code, reason = "it is held, not looked at")]
pub(super) enum Turn {
    Creating(OwnedRwLockReadGuard<()>),
    Moving(Arc<AllMoves>),
}

impl Turns {
    /// Waits until nothing is moved.
    pub(super) async fn creating(&self, operation: &Operation) -> Result<Turn> {
        let waiting = Arc::clone(&self.lock).read_owned();
        Ok(Turn::Creating(operation.run(waiting).await?))
    }

    /// Waits until nothing is created that could be given any prefix.
    pub(super) async fn moving(&self, operation: &Operation) -> Result<Turn> {
        let waiting = async {
            let mut moves = self.moves.lock().await;
            if let Some(joined) = moves.upgrade() {
                return joined;
            }
            let first = Arc::new(Arc::clone(&self.lock).write_owned().await);
            *moves = Arc::downgrade(&first);
            first
        };
        Ok(Turn::Moving(operation.run(waiting).await?))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_util::sync::CancellationToken;

    use super::*;

    fn operation() -> Operation {
        Operation::new(Duration::from_secs(1), CancellationToken::new())
    }

    #[tokio::test(start_paused = true)]
    async fn there_are_many_of_one_kind_at_a_time_and_never_both() {
        let turns = Turns::default();
        let creates = (
            turns.creating(&operation()).await.expect("a turn"),
            turns.creating(&operation()).await.expect("a turn"),
        );
        let refused = turns.moving(&operation()).await;
        assert!(refused.expect_err("creates are under way").is_timed_out());
        drop(creates);

        let (one, other) = (operation(), operation());
        let moves = tokio::join!(turns.moving(&one), turns.moving(&other));
        let moves = (moves.0.expect("a turn"), moves.1.expect("a turn"));
        let refused = turns.creating(&operation()).await;
        assert!(refused.expect_err("moves are under way").is_timed_out());
        drop(moves.0);
        let refused = turns.creating(&operation()).await;
        assert!(refused.expect_err("one is under way").is_timed_out());
        drop(moves.1);
        turns.creating(&operation()).await.expect("a turn");
    }

    #[tokio::test(start_paused = true)]
    async fn a_move_that_waits_goes_before_creates_that_come_later() {
        let turns = Turns::default();
        let under_way = turns.creating(&operation()).await.expect("a turn");
        let (first, second) = (operation(), operation());
        let mut moving = std::pin::pin!(turns.moving(&first));
        assert!(waits(moving.as_mut()).await);
        let mut creating = std::pin::pin!(turns.creating(&second));
        assert!(waits(creating.as_mut()).await);
        drop(under_way);
        let moved = moving.await.expect("a turn");
        assert!(waits(creating.as_mut()).await);
        drop(moved);
        creating.await.expect("a turn");
    }

    async fn waits(future: impl Future<Output = Result<Turn>>) -> bool {
        tokio::time::timeout(Duration::from_millis(1), future)
            .await
            .is_err()
    }
}
