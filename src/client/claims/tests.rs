//! The claims under every interleaving: creates that begin, are sent, answered, lost and looked for, while
//! others work on the same account.

use proptest::prelude::*;

use super::*;

/// An object as the account has it.
#[derive(Debug, Clone, PartialEq)]
struct Thing {
    id: String,
    since: String,
    kind: u8,
    place: u32,
}

impl Object for &Thing {
    fn id(&self) -> &str {
        &self.id
    }

    fn since(&self) -> &str {
        &self.since
    }
}

/// A request: of a kind, and maybe for one place.
#[derive(Debug, Clone)]
struct Want {
    kind: u8,
    place: Option<u32>,
}

impl Wanted for Want {
    type Object<'a> = &'a Thing;

    fn matches(&self, object: &Thing) -> bool {
        self.kind == object.kind && self.place.is_none_or(|place| place == object.place)
    }

    fn is_particular(&self) -> bool {
        self.place.is_some()
    }
}

/// An account that gives each object the first free place, and counts the time.
#[derive(Debug, Default)]
struct Account {
    things: Vec<Thing>,
    made: u32,
}

impl Account {
    fn make(&mut self, want: &Want) -> Option<String> {
        let taken = |place: u32| self.things.iter().any(|it| it.place == place);
        let place = match want.place {
            Some(place) if taken(place) => return None,
            Some(place) => place,
            None => (0..1_000).find(|place| !taken(*place))?,
        };
        self.made += 1;
        let id = format!("id_{:04}", self.made);
        self.things.push(Thing {
            id: id.clone(),
            since: format!("{:04}", self.made),
            kind: want.kind,
            place,
        });
        Some(id)
    }
}

fn see(claims: &mut Claims<Want>, things: &[Thing]) {
    claims.see(things.iter().map(|it| it.id.as_str()));
}

fn claim(claims: &mut Claims<Want>, ticket: Ticket, rule: Rule, things: &[Thing]) -> Verdict {
    let objects: Vec<_> = things.iter().collect();
    claims.claim(ticket, rule, &objects)
}

const ANY: Want = Want {
    kind: 0,
    place: None,
};

#[test]
fn what_was_there_before_is_nobodys() {
    let (mut claims, mut account) = (Claims::default(), Account::default());
    account.make(&ANY);
    see(&mut claims, &account.things);
    let ticket = claims.begin(ANY);
    assert_eq!(
        claim(&mut claims, ticket, Rule::Newest, &account.things),
        Verdict::Absent
    );
    claims.sent(ticket);
    assert_eq!(
        claim(&mut claims, ticket, Rule::Newest, &account.things),
        Verdict::Absent
    );
    let id = account.make(&ANY).expect("room");
    see(&mut claims, &account.things);
    assert_eq!(
        claim(&mut claims, ticket, Rule::Newest, &account.things),
        Verdict::Mine(id)
    );
}

#[test]
fn what_appears_while_the_request_waits_at_the_gate_is_not_its_own() {
    let (mut claims, mut account) = (Claims::default(), Account::default());
    let ticket = claims.begin(ANY);
    claims.sent(ticket);
    // Refused with 429; meanwhile somebody else makes one like it, and a read shows it.
    account.make(&ANY);
    see(&mut claims, &account.things);
    claims.sent(ticket);
    assert_eq!(
        claim(&mut claims, ticket, Rule::Newest, &account.things),
        Verdict::Absent
    );
}

#[test]
fn one_that_takes_any_leaves_what_another_asked_for_by_name() {
    let (mut claims, mut account) = (Claims::default(), Account::default());
    let any = claims.begin(ANY);
    let wanted = Want {
        kind: 0,
        place: Some(5),
    };
    let particular = claims.begin(wanted.clone());
    claims.sent(any);
    claims.sent(particular);
    let its = account.make(&wanted).expect("room");
    see(&mut claims, &account.things);
    assert_eq!(
        claim(&mut claims, any, Rule::Newest, &account.things),
        Verdict::Wait
    );
    assert_eq!(
        claim(&mut claims, particular, Rule::Newest, &account.things),
        Verdict::Mine(its)
    );
    claims.end(particular);
    assert_eq!(
        claim(&mut claims, any, Rule::Newest, &account.things),
        Verdict::Absent
    );
}

#[test]
fn one_that_got_the_place_another_asked_for_has_it_once_that_is_refused() {
    let (mut claims, mut account) = (Claims::default(), Account::default());
    let any = claims.begin(ANY);
    let particular = claims.begin(Want {
        kind: 0,
        place: Some(0),
    });
    claims.sent(any);
    claims.sent(particular);
    let its = account.make(&ANY).expect("room");
    see(&mut claims, &account.things);
    assert_eq!(
        claim(&mut claims, any, Rule::Newest, &account.things),
        Verdict::Wait
    );
    claims.end(particular);
    assert_eq!(
        claim(&mut claims, any, Rule::Newest, &account.things),
        Verdict::Mine(its)
    );
}

#[test]
fn a_lost_one_leaves_the_object_to_one_whose_answer_is_to_come() {
    let (mut claims, mut account) = (Claims::default(), Account::default());
    let (lost, pending) = (claims.begin(ANY), claims.begin(ANY));
    claims.sent(lost);
    claims.sent(pending);
    claims.lost(lost);
    let id = account.make(&ANY).expect("room");
    see(&mut claims, &account.things);
    assert_eq!(
        claim(&mut claims, lost, Rule::Newest, &account.things),
        Verdict::Wait
    );
    assert_eq!(
        claim(&mut claims, pending, Rule::Newest, &account.things),
        Verdict::Mine(id)
    );
    claims.end(pending);
    assert_eq!(
        claim(&mut claims, lost, Rule::Newest, &account.things),
        Verdict::Absent
    );
}

#[test]
fn two_lost_ones_share_two_objects_but_not_three() {
    for (objects, share) in [(1, true), (2, true), (3, false)] {
        let (mut claims, mut account) = (Claims::default(), Account::default());
        let (a, b) = (claims.begin(ANY), claims.begin(ANY));
        for ticket in [a, b] {
            claims.sent(ticket);
            claims.lost(ticket);
        }
        for _ in 0..objects {
            account.make(&ANY);
        }
        see(&mut claims, &account.things);
        let verdict = claim(&mut claims, a, Rule::OnlyOne, &account.things);
        assert_eq!(
            matches!(verdict, Verdict::Mine(_)),
            share,
            "{objects}: {verdict:?}"
        );
        assert_eq!(matches!(verdict, Verdict::Several(_)), !share);
    }
}

/// One step of the world; the number picks whom it concerns.
#[derive(Debug, Clone)]
enum Step {
    Begin {
        kind: u8,
        place: Option<u32>,
    },
    /// The request reaches the account.
    Arrive(usize),
    /// Its answer reaches us, written when the request arrived.
    Answer(usize),
    /// Its answer is lost.
    Lose(usize),
    /// Somebody else makes something that no create of ours could mean.
    Foreign,
    /// A read of ours.
    Read,
    /// Those who still look, look again.
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    let place = prop_oneof![3 => Just(None), 1 => (0..12_u32).prop_map(Some)];
    prop_oneof![
        4 => (0..2_u8, place).prop_map(|(kind, place)| Step::Begin { kind, place }),
        4 => any::<usize>().prop_map(Step::Arrive),
        4 => any::<usize>().prop_map(Step::Answer),
        1 => any::<usize>().prop_map(Step::Lose),
        1 => Just(Step::Foreign),
        1 => Just(Step::Read),
        2 => Just(Step::Look),
    ]
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    OnItsWay,
    /// With the answer, and the id the account gave it: `None` when it was refused.
    Arrived(Vec<Thing>, Option<String>),
    /// Not answered, or by an answer that does not show it.
    Looking,
    Done(Option<String>),
}

#[derive(Debug)]
struct Run {
    ticket: Ticket,
    want: Want,
    phase: Phase,
    made: bool,
}

#[expect(clippy::too_many_lines, reason = "one arm for each step of the world")]
fn play(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (mut claims, mut account) = (Claims::default(), Account::default());
    let mut runs: Vec<Run> = Vec::new();
    let mut lost_a_refusal = false;
    let pick = |runs: &[Run], n: usize, is: &dyn Fn(&Phase) -> bool| {
        let open: Vec<_> = (0..runs.len()).filter(|it| is(&runs[*it].phase)).collect();
        (!open.is_empty()).then(|| open[n % open.len()])
    };
    // At the end everything arrives, is answered, and looked for until nothing moves.
    let end = steps.len();
    let mut ending = vec![Step::Arrive(0); end];
    for nth in 0..end {
        ending.extend((0..end).map(|n| Step::Answer(n + nth)));
        ending.push(Step::Look);
    }
    for step in steps.into_iter().chain(ending) {
        match step {
            Step::Begin { kind, place } => {
                let want = Want { kind, place };
                let ticket = claims.begin(want.clone());
                claims.sent(ticket);
                runs.push(Run {
                    ticket,
                    want,
                    phase: Phase::OnItsWay,
                    made: false,
                });
            }
            Step::Arrive(n) => {
                if let Some(n) = pick(&runs, n, &|it| *it == Phase::OnItsWay) {
                    let id = account.make(&runs[n].want);
                    runs[n].made = id.is_some();
                    runs[n].phase = Phase::Arrived(account.things.clone(), id);
                }
            }
            Step::Answer(n) => {
                let Some(n) = pick(&runs, n, &|it| matches!(it, Phase::Arrived(..))) else {
                    continue;
                };
                let Phase::Arrived(things, id) = runs[n].phase.clone() else {
                    continue;
                };
                if id.is_none() {
                    claims.end(runs[n].ticket);
                    runs[n].phase = Phase::Done(None);
                    continue;
                }
                see(&mut claims, &things);
                match claim(&mut claims, runs[n].ticket, Rule::Newest, &things) {
                    Verdict::Mine(id) => {
                        claims.end(runs[n].ticket);
                        runs[n].phase = Phase::Done(Some(id));
                    }
                    // It looks at the same answer again when the other has ended.
                    Verdict::Wait => {}
                    Verdict::Absent | Verdict::Several(_) => {
                        claims.lost(runs[n].ticket);
                        runs[n].phase = Phase::Looking;
                    }
                }
            }
            Step::Lose(n) => {
                if let Some(n) = pick(&runs, n, &|it| matches!(it, Phase::Arrived(..))) {
                    lost_a_refusal |= !runs[n].made;
                    claims.lost(runs[n].ticket);
                    runs[n].phase = Phase::Looking;
                }
            }
            Step::Foreign => {
                account.make(&Want {
                    kind: 9,
                    place: None,
                });
            }
            Step::Read => see(&mut claims, &account.things),
            Step::Look => {
                see(&mut claims, &account.things);
                for run in runs.iter_mut().filter(|it| it.phase == Phase::Looking) {
                    if let Verdict::Mine(id) =
                        claim(&mut claims, run.ticket, Rule::Newest, &account.things)
                    {
                        claims.end(run.ticket);
                        run.phase = Phase::Done(Some(id));
                    }
                }
            }
        }
    }

    // Nobody has another's: what one has is what it asked for, and no two have the same.
    let mut had = HashSet::new();
    for run in &runs {
        if let Phase::Done(Some(id)) = &run.phase {
            let thing = account
                .things
                .iter()
                .find(|it| it.id == *id)
                .expect("it exists");
            prop_assert!(run.want.matches(thing), "{run:?} has {thing:?}");
            prop_assert!(had.insert(id.clone()), "{id} has two owners");
        }
    }
    // Each that made one has one, and none that did not; unless a refusal was lost, which none can tell from a
    // success when another of ours got the very place.
    if !lost_a_refusal {
        for run in &runs {
            let has = matches!(run.phase, Phase::Done(Some(_)));
            prop_assert_eq!(has, run.made, "{:?}", run);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everyone_gets_an_object_that_is_what_it_asked_for_and_nobody_elses(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        play(steps)?;
    }
}

/// Each of these was a run in which one took what another alone could have meant, and left it with nothing.
#[test]
fn a_lost_one_waits_rather_than_leave_another_with_nothing() {
    use Step::{Answer, Arrive, Begin, Look, Lose, Read};
    let begin = |kind, place| Begin { kind, place };
    let particular_is_awaited = vec![
        begin(1, None),
        Arrive(0),
        begin(1, Some(0)),
        Lose(0),
        Read,
        begin(1, None),
        Arrive(1),
        Lose(0),
        Look,
    ];
    let another_is_awaited_too = vec![
        begin(1, None),
        begin(0, None),
        Arrive(0),
        begin(1, Some(0)),
        begin(0, None),
        begin(0, None),
        Answer(0),
        begin(1, None),
        begin(1, Some(4)),
        Arrive(0),
        Arrive(3),
        Read,
        Lose(0),
        Lose(1),
        Arrive(0),
        Arrive(2),
        Look,
    ];
    for steps in [particular_is_awaited, another_is_awaited_too] {
        play(steps).expect("each has its own");
    }
}
