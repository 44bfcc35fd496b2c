//! Whose object is it? Which of the objects an answer shows belongs to which create of this process.
//!
//! The API does not name the object a POST has made. Creates run side by side, so each looks for one that was
//! not there before, that is what it asked for, and that nobody else has claimed. Pure and synchronous: the
//! waiting is `ledger.rs`.
//!
//! Who goes first, when two could claim the same object:
//!
//! 1. One that asked for this very object goes before one that would take any: the other must not take what
//!    the first one needs.
//! 2. Then one whose answer is still to come, or has come, goes before one whose answer was lost: the former is
//!    likely to have made it.
//!
//! This is a strict order, so no two creates ever wait for each other.

mod matching;

use std::collections::{BTreeMap, HashMap, HashSet};

/// What a create asks for.
pub(super) trait Wanted {
    /// What it gets.
    type Object<'a>: Object + Copy;

    /// The object is what was asked for, as far as the API shows.
    fn matches(&self, object: Self::Object<'_>) -> bool;

    /// It asks for one particular object rather than any of a kind.
    fn is_particular(&self) -> bool;

    /// Of several that match, this one looks as if it was made for the request rather than for another process's.
    fn is_likely(&self, _: Self::Object<'_>) -> bool {
        true
    }
}

/// What an answer shows.
pub(super) trait Object {
    /// Its id.
    fn id(&self) -> &str;

    /// Its age, as a text that sorts by it.
    fn since(&self) -> &str;
}

/// How sure a create must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Equal objects are interchangeable: take the newest.
    Newest,
    /// Objects that look equal may differ in what the API does not show: there must be no more of them than
    /// creates that look for one.
    OnlyOne,
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// This one; it is claimed now.
    Mine(String),
    /// Another create has the better right to what is there. Ask again when it has ended.
    Wait,
    /// Nothing there is this create's.
    Absent,
    /// Too many to tell: their ids.
    Several(Vec<String>),
}

/// One create, from before its request is sent until its outcome is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket(u64);

#[derive(Debug)]
struct Create<W> {
    wanted: W,
    /// Ids first seen at this time or before were there before the request was sent. `None`: not sent yet.
    sent: Option<u64>,
    lost: bool,
}

/// Every create of this process that is under way, and every id one has claimed.
#[derive(Debug)]
pub(super) struct Claims<W> {
    /// Counts readings of the account.
    now: u64,
    seen: HashMap<String, u64>,
    claimed: HashSet<String>,
    creates: BTreeMap<Ticket, Create<W>>,
    next: u64,
}

impl<W> Default for Claims<W> {
    fn default() -> Self {
        Self {
            now: 0,
            seen: HashMap::new(),
            claimed: HashSet::new(),
            creates: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<W: Wanted> Claims<W> {
    /// An answer shows these ids. To be told of every answer, before anything is claimed from it.
    pub(super) fn see<'i>(&mut self, ids: impl IntoIterator<Item = &'i str>) {
        self.now += 1;
        for id in ids {
            if !self.seen.contains_key(id) {
                self.seen.insert(id.to_owned(), self.now);
            }
        }
    }

    /// A create begins.
    pub(super) fn begin(&mut self, wanted: W) -> Ticket {
        let ticket = Ticket(self.next);
        self.next += 1;
        self.creates.insert(
            ticket,
            Create {
                wanted,
                sent: None,
                lost: false,
            },
        );
        ticket
    }

    /// Its request leaves now; an earlier one, if any, was refused.
    pub(super) fn sent(&mut self, ticket: Ticket) {
        let now = self.now;
        if let Some(create) = self.creates.get_mut(&ticket) {
            create.sent = Some(now);
        }
    }

    /// No answer will tell what its request has done.
    pub(super) fn lost(&mut self, ticket: Ticket) {
        if let Some(create) = self.creates.get_mut(&ticket) {
            create.lost = true;
        }
    }

    /// The answer named the object.
    pub(super) fn take(&mut self, id: &str) {
        self.claimed.insert(id.to_owned());
    }

    /// The create has its object, or has failed.
    pub(super) fn end(&mut self, ticket: Ticket) {
        self.creates.remove(&ticket);
    }

    /// Looks for the create's object among those that an answer shows.
    pub(super) fn claim<'o>(
        &mut self,
        ticket: Ticket,
        rule: Rule,
        objects: &[W::Object<'o>],
    ) -> Verdict {
        let Some(me) = self.creates.get(&ticket) else {
            return Verdict::Absent;
        };
        let mut awaited = false;
        let mut free: Vec<W::Object<'o>> = Vec::new();
        for object in objects {
            if !self.could_be(me, *object) {
                continue;
            }
            if self
                .rivals(ticket, *object)
                .any(|rival| rival.goes_before(me))
            {
                awaited = true;
            } else {
                free.push(*object);
            }
        }
        free.sort_unstable_by(|a, b| (b.since(), b.id()).cmp(&(a.since(), a.id())));
        // An answer shows the account just after its own POST: the newest. Later readings show more: then one
        // that leaves something to as many others as can be.
        let mut best = free.clone();
        if me.lost {
            best.sort_by_cached_key(|it| self.rivals(ticket, *it).count());
            let others = self.others_lost(ticket, objects);
            let left = |it: &W::Object<'o>| matching::most(&others, Some(it.id()));
            let most = best.iter().map(left).max();
            if awaited && most < Some(matching::most(&others, None)) {
                // What is awaited may be left to this one, and there is somebody who could mean nothing else.
                return Verdict::Wait;
            }
            best.retain(|it| Some(left(it)) == most);
        }
        let best = Self::first_likely(me, &best);
        let Some(best) = best else {
            return if awaited {
                Verdict::Wait
            } else {
                Verdict::Absent
            };
        };
        // Those with the better right get theirs first; what they leave can be counted.
        if rule == Rule::OnlyOne && awaited {
            return Verdict::Wait;
        }
        if rule == Rule::OnlyOne && free.len() > 1 + self.rivals(ticket, best).count() {
            return Verdict::Several(free.iter().map(|it| it.id().to_owned()).collect());
        }
        let id = best.id().to_owned();
        self.claimed.insert(id.clone());
        Verdict::Mine(id)
    }

    /// The first that looks right. Whether one does may take long to tell, and the first usually does.
    fn first_likely<'o>(me: &Create<W>, choices: &[W::Object<'o>]) -> Option<W::Object<'o>> {
        let likely = choices.iter().find(|it| me.wanted.is_likely(**it));
        likely.or(choices.first()).copied()
    }

    /// What each of the other lost creates could mean, without what somebody else has the better right to.
    fn others_lost<'o>(&self, me: Ticket, objects: &'o [W::Object<'_>]) -> Vec<Vec<&'o str>> {
        let others = self.creates.iter();
        let others = others.filter(|(ticket, create)| **ticket != me && create.lost);
        others
            .map(|(ticket, create)| {
                let meant = objects.iter().filter(|it| {
                    let mut rivals = self.rivals(*ticket, **it);
                    self.could_be(create, **it) && !rivals.any(|rival| rival.goes_before(create))
                });
                meant.map(Object::id).collect()
            })
            .collect()
    }

    /// New since the create's request, unclaimed, and what it asked for.
    fn could_be(&self, create: &Create<W>, object: W::Object<'_>) -> bool {
        let id = object.id();
        let is_new = create
            .sent
            .is_some_and(|sent| self.seen.get(id).is_none_or(|first| *first > sent));
        is_new && !self.claimed.contains(id) && create.wanted.matches(object)
    }

    /// The other creates under way whose object it could be.
    fn rivals<'s, 'o>(
        &'s self,
        me: Ticket,
        object: W::Object<'o>,
    ) -> impl Iterator<Item = &'s Create<W>> + use<'s, 'o, W> {
        let others = self
            .creates
            .iter()
            .filter(move |(ticket, _)| **ticket != me);
        others
            .map(|(_, create)| create)
            .filter(move |create| self.could_be(create, object))
    }
}

impl<W: Wanted> Create<W> {
    /// See the module's text.
    fn goes_before(&self, other: &Self) -> bool {
        let right = |it: &Self| (it.wanted.is_particular(), !it.lost);
        right(self) > right(other)
    }
}

#[cfg(test)]
mod tests;
