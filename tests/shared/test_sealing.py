"""What is sealed opens for its own record and purpose, under the secret it was sealed with, and whole."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sealing import CannotUnseal, seal, unseal

PURPOSE, SECRET = "test: tokens/1", "test-only-secret"


@given(st.binary(max_size=200), st.uuids())
def test_what_is_sealed_comes_back_and_is_not_read_from_what_is_kept(data: bytes, record: UUID) -> None:
    sealed = seal(data, purpose=PURPOSE, record=record, secret=SECRET)
    assert unseal(sealed, purpose=PURPOSE, record=record, secret=SECRET) == data
    assert len(data) < 8 or data not in sealed
    assert seal(data, purpose=PURPOSE, record=record, secret=SECRET) != sealed, "equal secrets are not seen to be equal"


def test_it_opens_for_its_own_record_and_purpose_only() -> None:
    mine, other = uuid4(), uuid4()
    sealed = seal(b"whsec_test-only", purpose=PURPOSE, record=mine, secret=SECRET)
    for kept, purpose, record, secret in (
        (sealed, PURPOSE, other, SECRET),
        (sealed, "test: other/1", mine, SECRET),
        (sealed, PURPOSE, mine, "x"),
        (b"", PURPOSE, mine, SECRET),
        (sealed[:-1], PURPOSE, mine, SECRET),
    ):
        with pytest.raises(CannotUnseal):
            unseal(kept, purpose=purpose, record=record, secret=secret)
