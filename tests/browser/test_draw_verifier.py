"""The verifier in a browser comes to the same as the one in Python, in every bit, on a hundred invented draws."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.async_api import Browser

from gateway.web.assets import STATIC
from services.inspection.random_draws.verifier import Difference, Unreadable, read, sha256, verify
from tests.services.inspection.random_draws.bundles import random_bundle, spoilt, unreadable_texts

JUDGE = """async texts => {
    const { parse, verify, sha256, resultOf, seedOf } = await import("/draw_verifier.js");
    return texts.map(text => {
        try {
            const bundle = parse(text);
            const { notes } = verify(bundle);
            const { parameters, subjects, inspectors, commitment, reveal, changes } = bundle;
            return [sha256(resultOf(parameters, subjects, inspectors, seedOf(commitment, reveal), changes)), notes];
        } catch (error) {
            return [error.place ?? "unreadable", error.message];
        }
    });
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (its name in the library)
        """Says nothing: a test's output is for its failures."""


@pytest.fixture
def static_site() -> Iterator[str]:
    """The static files as they are handed out."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(STATIC))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def judged(bundle: dict[str, Any]) -> list[Any]:
    try:
        notes = verify(bundle)
    except Difference as difference:
        return [difference.place]
    return [sha256(bundle["result"]), notes]


async def test_both_verifiers_agree_bit_for_bit_on_a_hundred_draws(chromium: Browser, static_site: str) -> None:
    whole = [random_bundle(number) for number in range(100)]
    bundles = whole + [spoilt(bundle, number) for number, bundle in enumerate(whole)]
    page = await chromium.new_page()
    await page.goto(f"{static_site}/mark.svg")
    texts = [
        json.dumps(bundle, ensure_ascii=number % 2 == 0, indent=number % 3) for number, bundle in enumerate(bundles)
    ]
    told = await page.evaluate(JUDGE, texts)
    broken = 0
    for bundle, (said, beside) in zip(bundles, told, strict=True):
        expected = judged(bundle)
        assert said == expected[0], (said, beside, expected)
        broken += len(expected) == 1
        if len(expected) == 2:
            assert beside == expected[1]
    assert broken == 100, "every spoilt one was found, none of the whole ones"
    fraction = json.dumps(whole[0]).replace('"order_only": false', '"order_only": 0.5').replace("true", "0.5")
    exponent = json.dumps(whole[1]).replace('"load_slack": ', '"load_slack": 1e0, "x": ')
    for text, number in ((fraction, 0), (exponent, 1)):
        assert text != json.dumps(whole[number])
        assert (await page.evaluate(JUDGE, [text]))[0][0] == "unreadable"
    for text, said in unreadable_texts(whole[0]):
        with pytest.raises(Unreadable) as caught:
            verify(read(text))
        assert await page.evaluate(JUDGE, [text]) == [["unreadable", str(caught.value)]], said
    await page.close()
