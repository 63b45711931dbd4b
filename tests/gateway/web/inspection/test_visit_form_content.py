"""The form of a visit and its content: there and back, the same form the same content, nothing half-made is sent."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.web.inspection.visit_form_content import (
    Kept,
    Saving,
    canonical,
    content_of,
    errors_at,
    judgement_request,
    kept_of,
    said,
    typed_of,
    unsendable,
)

ANNA, BERT = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b", "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c"
NAMES = {ANNA: "演示甲（虚构）", BERT: "演示乙（虚构）"}
SAVING = Saving(ANNA, NAMES[ANNA], "web-1", "2026-07-24T09:58:00+08:00", ["ab" * 32])
FACTS = {
    "region_code": "330203001000",
    "authority_code": "330203000000",
    "business_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1d",
    "business_kind": "sales",
    "checklist": {"code": "sales-demo", "number": 1, "version_id": ANNA, "sha256": "cd" * 32},
    "required": ["2.1"],
}
KEPT = Kept(FACTS, NAMES, {"11" * 32: "2026-07-24T09:50:00+08:00"})

words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10)
numbers = st.from_regex(r"[1-9]\.[1-9]", fullmatch=True)
hashes = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")
findings = st.sampled_from(["passed", "failed", "not_applicable", "unknown"])


@st.composite
def forms(draw: st.DrawFn) -> dict[str, str]:
    """What a person may have typed so far: anything may be missing."""
    typed = {"kind": "routine", "began_at": "2026-07-24T09:30"}
    for number in draw(st.lists(numbers, max_size=5, unique=True)):
        typed[f"answers/{number}/finding"] = draw(findings)
        if draw(st.booleans()):
            typed[f"answers/{number}/reason"] = draw(words)
        if photos := draw(st.lists(hashes, max_size=2, unique=True)):
            typed[f"answers/{number}/photos"] = "\n".join(photos)
    people = draw(st.lists(st.sampled_from([ANNA, BERT]), max_size=2, unique=True))
    for slot, person in enumerate(people):
        typed[f"inspectors/{slot}"] = person
        if draw(st.booleans()):
            typed[f"signatures/{slot}"] = draw(hashes)
    for name in draw(st.sets(st.sampled_from(["conclusion", "notes", "recusal_note", "position_missing"]))):
        typed[name] = draw(words)
    if draw(st.booleans()):
        typed["signer"], typed["signatures/business"] = draw(words), "11" * 32
    if draw(st.booleans()):
        typed["identity_shown"] = draw(st.sampled_from(["true", "false"]))
    if draw(st.booleans()):
        typed |= {"position/longitude": "121.55", "position/latitude": "29.87", "position/accuracy_metres": "12"}
        typed["position/system"] = "wgs84"
    return typed


@given(forms(), st.booleans())
def test_a_form_shown_again_and_sent_again_says_the_same(typed: dict[str, str], finished: bool) -> None:
    content = content_of(typed, KEPT, SAVING, finished=finished)
    kept = kept_of(content, NAMES)
    again = content_of(typed_of(content), kept, SAVING, finished=finished)
    assert canonical(again) == canonical(content)
    assert Kept.from_json(kept.to_json()) == kept


@given(forms())
def test_sending_a_form_twice_sends_the_same_bytes_under_the_same_hash(typed: dict[str, str]) -> None:
    backwards = dict(reversed(list(typed.items())))
    first, second = (canonical(content_of(form, KEPT, SAVING, finished=False)) for form in (typed, backwards))
    assert first == second


@given(forms())
def test_the_verdict_is_asked_of_exactly_what_would_be_kept(typed: dict[str, str]) -> None:
    content = content_of(typed, KEPT, SAVING, finished=False)
    asked = judgement_request(typed, KEPT)
    kept = {
        number: (each["finding"], len(each.get("photos", []))) for number, each in content.get("answers", {}).items()
    }
    assert {each["number"]: (each["finding"], each["photos"]) for each in asked["answers"]} == kept
    assert (asked["subject"], asked["required"]) == ({"kind": "sales"}, ["2.1"])


def test_words_about_an_item_nobody_judged_are_kept_as_not_checked() -> None:
    content = content_of({"answers/3.1/reason": "待查（演示）"}, KEPT, SAVING, finished=False)
    assert content["answers"] == {"3.1": {"finding": "unknown", "reason": "待查（演示）"}}


def test_a_signature_keeps_the_moment_when_it_was_made() -> None:
    typed = {"signer": "演示店主（虚构）", "signatures/business": "11" * 32}
    [old] = content_of(typed, KEPT, SAVING, finished=False)["signatures"]
    assert old["signed_at"] == "2026-07-24T09:50:00+08:00"
    [new] = content_of(typed | {"signatures/business": "22" * 32}, KEPT, SAVING, finished=False)["signatures"]
    assert new["signed_at"] == SAVING.at


def test_what_the_service_could_not_read_is_told_before_anything_is_sent() -> None:
    cases: list[tuple[dict[str, str], str]] = [
        ({"position/longitude": "121.55"}, "position/longitude"),
        ({"position/longitude": "东经121"}, "position/longitude"),
        ({"refusal/note": "不肯签（演示）"}, "refusal/witness"),
        ({"follow_up/outcome": "in_order"}, "follow_up/notes"),
        ({"signatures/business": "11" * 32}, "signer"),
        ({"began_at": "昨天"}, "began_at"),
    ]
    for typed, field in cases:
        assert field in [error.field for error in unsendable(typed)], typed
    assert unsendable({"position/system": "wgs84", "began_at": "2026-07-24T09:30"}) == []


def test_faults_stand_where_they_are_mended() -> None:
    content: dict[str, Any] = {"inspectors": [{"user_id": ANNA, "name": "甲"}, {"name": "外单位的人"}]}
    faults = [
        {"pointer": pointer, "message": "（演示）"}
        for pointer in (
            "/inspectors",
            "/inspectors/0",
            "/inspectors/1",
            "/signatures",
            "/answers/2.1/reason",
            "/checklist",
        )
    ]
    assert [error.field for error in errors_at(faults, content)] == [
        "inspectors/1",
        "signatures/0",
        "signatures/outsider",
        "signatures/business",
        "answers/2.1",
        "step",
    ]


def test_both_sides_are_said_in_words() -> None:
    answer = {"finding": "failed", "reason": "堆在地上（演示）", "photos": ["11" * 32]}
    assert said("/answers/2.3", answer) == "不合格，堆在地上（演示），1张照片"
    assert said("/identity_shown", False) == "否"
    assert said("/recusal", "not_requested") == "没有申请回避"
    assert said("/began_at", "2026-07-24T01:30:00+00:00") == "2026年7月24日 09:30"
    place = {"system": "wgs84", "latitude": "29.87", "longitude": "121.55", "accuracy_metres": 12}
    assert said("/position", place) == "121.55，29.87（WGS84，误差约12米）"
    assert said("/position", place | {"system": None, "accuracy_metres": None}) == "121.55，29.87"
    assert said("/conclusion", None) == "没有填"
