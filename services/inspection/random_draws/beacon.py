#!/usr/bin/env python3
"""核对 drand quicknet 信标一轮的签名，一个文件，只用 Python 标准库，不用网络：python3 beacon.py 公布的文件.json

quicknet publishes a signature every three seconds, which nobody can make before its time or instead of the network. A
signature of a round is checked against the network's public key (BLS over BLS12-381, signatures in G1: RFC 9380 for
hashing to the curve, draft-irtf-cfrg-bls-signature for the rest). Nothing here is secret, so nothing is made constant
in time; a check takes about a second.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

QUICKNET = "drand quicknet"
GENESIS, PERIOD = 1692803367, 3
"""When the first round came (seconds since 1970), and how many seconds lie between rounds."""

PUBLIC_KEY = (
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
TAG = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"

P = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
LOOP = 0xD201000000010000
"""The curve's parameter without its sign."""

Pair = tuple[int, int]
"""a + b·u with u² = -1."""

Point = tuple[int, int] | None
"""A point of y² = x³ + 4; None is the point at infinity."""


class NotOfTheBeacon(ValueError):  # noqa: N818 (it is what people read)
    """The signature is not that of the round; the message says why, in Chinese."""


def time_of(number: int) -> datetime:
    """When a round comes."""
    return datetime.fromtimestamp(GENESIS + (number - 1) * PERIOD, timezone(timedelta(hours=8)))


def check(number: int, signature: str) -> None:
    """Raises NotOfTheBeacon unless this is quicknet's signature (hexadecimal) of the round."""
    signed = _read_g1(signature)
    message = hashlib.sha256(number.to_bytes(8, "big")).digest()
    # e(H(m), key) = e(signature, generator), as one product that has to be one.
    pairs = [(_hash_to_curve(message), _KEY), (_negative(signed), _GENERATOR)]
    if not _is_one(pairs):
        raise NotOfTheBeacon("不是这一轮的签名")


# Numbers modulo P, and pairs of them


def _inverse(a: int) -> int:
    return pow(a, -1, P)


def _root(a: int) -> int | None:
    """A square root, if there is one."""
    root = pow(a, (P + 1) // 4, P)
    return root if root * root % P == a % P else None


def _times(a: Pair, b: Pair) -> Pair:
    return (a[0] * b[0] - a[1] * b[1]) % P, (a[0] * b[1] + a[1] * b[0]) % P


def _minus(a: Pair, b: Pair) -> Pair:
    return (a[0] - b[0]) % P, (a[1] - b[1]) % P


def _over(a: Pair, b: Pair) -> Pair:
    norm = _inverse(b[0] * b[0] + b[1] * b[1])
    return _times(a, (b[0] * norm % P, -b[1] * norm % P))


def _root_of_pair(a: Pair) -> Pair:
    """A square root of a pair that has one and is no plain number."""
    length = _root(a[0] * a[0] + a[1] * a[1])
    assert length is not None
    half = _inverse(2)
    first = _root((a[0] + length) * half % P)
    if first is None:
        first = _root((a[0] - length) * half % P)
    assert first
    return first, a[1] * half * _inverse(first) % P


# Points of the curve


def _add(a: Point, b: Point) -> Point:
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * a[0] * a[0] * _inverse(2 * a[1]) % P
    else:
        slope = (b[1] - a[1]) * _inverse(b[0] - a[0]) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def _multiply(a: Point, times: int) -> Point:
    found: Point = None
    for bit in bin(times)[2:]:
        found = _add(found, found)
        if bit == "1":
            found = _add(found, a)
    return found


def _negative(a: Pair) -> Pair:
    return a[0], -a[1] % P


def _read_g1(text: str) -> Pair:
    """A compressed point of the right order. Raises NotOfTheBeacon."""
    try:
        raw = int(text, 16)
    except ValueError:
        raise NotOfTheBeacon("签名须是十六进制数") from None
    compressed, infinite, greater = (bool(raw >> shift & 1) for shift in (383, 382, 381))
    x = raw & ((1 << 381) - 1)
    y = _root(x**3 + 4) if x < P else None
    if len(text) != 96 or not compressed or infinite or y is None:
        raise NotOfTheBeacon("签名不是曲线上的一个点（应为 96 位十六进制数）")
    point = x, y if (y > (P - 1) // 2) == greater else P - y
    if _multiply(point, ORDER) is not None:
        raise NotOfTheBeacon("签名不在应有的子群里")
    return point


def _read_g2(text: str) -> tuple[Pair, Pair]:
    """A compressed point of y² = x³ + 4(1 + u) that is known to be right."""
    greater = int(text[:96], 16) >> 381 & 1
    x = int(text[96:], 16), int(text[:96], 16) & ((1 << 381) - 1)
    cube = _times(_times(x, x), x)
    y = _root_of_pair(((cube[0] + 4) % P, (cube[1] + 4) % P))
    return x, y if (y[1] > (P - 1) // 2) == bool(greater) else (-y[0] % P, -y[1] % P)


# The pairing. Numbers of the field with P¹² elements are six pairs, the coefficients of w⁰ to w⁵, with w⁶ = 1 + u.


def _is_one(pairs: Sequence[tuple[Pair, tuple[Pair, Pair]]]) -> bool:
    """Whether the product of the pairings is one."""
    product = _ONE
    for point, other in pairs:
        product = _times_twelve(product, _miller(point, other))
    power = _ONE
    for bit in bin((P**12 - 1) // ORDER)[2:]:
        power = _times_twelve(power, power)
        if bit == "1":
            power = _times_twelve(power, product)
    return power == _ONE


def _miller(point: Pair, other: tuple[Pair, Pair]) -> list[Pair]:
    """The product of the lines. Lines stand multiplied by w³, which the last power takes away."""
    found, at = _ONE, other
    for bit in bin(LOOP)[3:]:
        square = _times(at[0], at[0])
        slope = _over(((3 * square[0]) % P, (3 * square[1]) % P), ((2 * at[1][0]) % P, (2 * at[1][1]) % P))
        found = _times_twelve(_times_twelve(found, found), _line(slope, at, point))
        at = _along(slope, at, at)
        if bit == "1":
            slope = _over(_minus(other[1], at[1]), _minus(other[0], at[0]))
            found = _times_twelve(found, _line(slope, at, point))
            at = _along(slope, at, other)
    return found


def _line(slope: Pair, at: tuple[Pair, Pair], point: Pair) -> list[Pair]:
    """The line through `at` with this slope, at `point`."""
    zero = 0, 0
    constant = _minus(_times(slope, at[0]), at[1])
    return [constant, zero, (-slope[0] * point[0] % P, -slope[1] * point[0] % P), (point[1], 0), zero, zero]


def _along(slope: Pair, a: tuple[Pair, Pair], b: tuple[Pair, Pair]) -> tuple[Pair, Pair]:
    """The sum of two points that lie on a line of this slope."""
    x = _minus(_minus(_times(slope, slope), a[0]), b[0])
    return x, _minus(_times(slope, _minus(a[0], x)), a[1])


def _times_twelve(a: list[Pair], b: list[Pair]) -> list[Pair]:
    real, imaginary = [0] * 11, [0] * 11
    for index, (one, other) in enumerate(a):
        if one or other:
            for step, (first, second) in enumerate(b):
                real[index + step] += one * first - other * second
                imaginary[index + step] += one * second + other * first
    for high in range(6, 11):  # w⁶ = 1 + u
        real[high - 6] += real[high] - imaginary[high]
        imaginary[high - 6] += real[high] + imaginary[high]
    return [(real[index] % P, imaginary[index] % P) for index in range(6)]


# From a message to a point (RFC 9380, BLS12381G1_XMD:SHA-256_SSWU_RO_)


def _hash_to_curve(message: bytes) -> Pair:
    words = _expand(message, 128)
    first, second = (_map_to_curve(int.from_bytes(words[at : at + 64], "big") % P) for at in (0, 64))
    point = _multiply(_add(first, second), LOOP + 1)
    assert point is not None
    return point


def _expand(message: bytes, length: int) -> bytes:
    tag = TAG + bytes([len(TAG)])
    head = hashlib.sha256(bytes(64) + message + length.to_bytes(2, "big") + b"\0" + tag).digest()
    block = hashlib.sha256(head + b"\1" + tag).digest()
    made = block
    for number in range(2, length // 32 + 1):
        mixed = bytes(one ^ other for one, other in zip(head, block, strict=True))
        block = hashlib.sha256(mixed + bytes([number]) + tag).digest()
        made += block
    return made


def _map_to_curve(u: int) -> Point:
    """The simplified map of Shallue, van de Woestijne and Ulas to a curve near by, and from there to ours."""
    square = 11 * u * u % P
    below = (square * square + square) % P
    x = -_B * _inverse(_A) * (1 + _inverse(below)) % P if below else _B * _inverse(11 * _A) % P
    y = _root(_near(x))
    if y is None:
        x = square * x % P
        y = _root(_near(x))
    assert y is not None
    if y % 2 != u % 2:
        y = P - y
    above, under, y_above, y_under = (_value(row, x) for row in (_X_ABOVE, _X_BELOW, _Y_ABOVE, _Y_BELOW))
    return above * _inverse(under) % P, y * y_above * _inverse(y_under) % P


def _near(x: int) -> int:
    return (x**3 + _A * x + _B) % P


def _value(row: Sequence[int], x: int) -> int:
    """A polynomial's value; coefficients from the lowest."""
    value = 0
    for number in reversed(row):
        value = (value * x + number) % P
    return value


_A = 0x144698A3B8E9433D693A02C96D4982B0EA985383EE66A8D8E8981AEFD881AC98936F8DA0E0F97F5CF428082D584C1D
_B = 0x12E2908D11688030018B12E8753EEE3B2016C1F0F24F4070A0B9C14FCEF35EF55A23215A316CEAA5D1CC48E98E172BE0
# RFC 9380, appendix E.2: the map to our curve, each row from the lowest coefficient.
_X_ABOVE = (
    0x11A05F2B1E833340B809101DD99815856B303E88A2D7005FF2627B56CDB4E2C85610C2D5F2E62D6EAEAC1662734649B7,
    0x17294ED3E943AB2F0588BAB22147A81C7C17E75B2F6A8417F565E33C70D1E86B4838F2A6F318C356E834EEF1B3CB83BB,
    0xD54005DB97678EC1D1048C5D10A9A1BCE032473295983E56878E501EC68E25C958C3E3D2A09729FE0179F9DAC9EDCB0,
    0x1778E7166FCC6DB74E0609D307E55412D7F5E4656A8DBF25F1B33289F1B330835336E25CE3107193C5B388641D9B6861,
    0xE99726A3199F4436642B4B3E4118E5499DB995A1257FB3F086EEB65982FAC18985A286F301E77C451154CE9AC8895D9,
    0x1630C3250D7313FF01D1201BF7A74AB5DB3CB17DD952799B9ED3AB9097E68F90A0870D2DCAE73D19CD13C1C66F652983,
    0xD6ED6553FE44D296A3726C38AE652BFB11586264F0F8CE19008E218F9C86B2A8DA25128C1052ECADDD7F225A139ED84,
    0x17B81E7701ABDBE2E8743884D1117E53356DE5AB275B4DB1A682C62EF0F2753339B7C8F8C8F475AF9CCB5618E3F0C88E,
    0x80D3CF1F9A78FC47B90B33563BE990DC43B756CE79F5574A2C596C928C5D1DE4FA295F296B74E956D71986A8497E317,
    0x169B1F8E1BCFA7C42E0C37515D138F22DD2ECB803A0C5C99676314BAF4BB1B7FA3190B2EDC0327797F241067BE390C9E,
    0x10321DA079CE07E272D8EC09D2565B0DFA7DCCDDE6787F96D50AF36003B14866F69B771F8C285DECCA67DF3F1605FB7B,
    0x6E08C248E260E70BD1E962381EDEE3D31D79D7E22C837BC23C0BF1BC24C6B68C24B1B80B64D391FA9C8BA2E8BA2D229,
)
_X_BELOW = (
    0x8CA8D548CFF19AE18B2E62F4BD3FA6F01D5EF4BA35B48BA9C9588617FC8AC62B558D681BE343DF8993CF9FA40D21B1C,
    0x12561A5DEB559C4348B4711298E536367041E8CA0CF0800C0126C2588C48BF5713DAA8846CB026E9E5C8276EC82B3BFF,
    0xB2962FE57A3225E8137E629BFF2991F6F89416F5A718CD1FCA64E00B11ACEACD6A3D0967C94FEDCFCC239BA5CB83E19,
    0x3425581A58AE2FEC83AAFEF7C40EB545B08243F16B1655154CCA8ABC28D6FD04976D5243EECF5C4130DE8938DC62CD8,
    0x13A8E162022914A80A6F1D5F43E7A07DFFDFC759A12062BB8D6B44E833B306DA9BD29BA81F35781D539D395B3532A21E,
    0xE7355F8E4E667B955390F7F0506C6E9395735E9CE9CAD4D0A43BCEF24B8982F7400D24BC4228F11C02DF9A29F6304A5,
    0x772CAACF16936190F3E0C63E0596721570F5799AF53A1894E2E073062AEDE9CEA73B3538F0DE06CEC2574496EE84A3A,
    0x14A7AC2A9D64A8B230B3F5B074CF01996E7F63C21BCA68A81996E1CDF9822C580FA5B9489D11E2D311F7D99BBDCC5A5E,
    0xA10ECF6ADA54F825E920B3DAFC7A3CCE07F8D1D7161366B74100DA67F39883503826692ABBA43704776EC3A79A1D641,
    0x95FC13AB9E92AD4476D6E3EB3A56680F682B4EE96F7D03776DF533978F31C1593174E4B4B7865002D6384D168ECDD0A,
    0x1,
)
_Y_ABOVE = (
    0x90D97C81BA24EE0259D1F094980DCFA11AD138E48A869522B52AF6C956543D3CD0C7AEE9B3BA3C2BE9845719707BB33,
    0x134996A104EE5811D51036D776FB46831223E96C254F383D0F906343EB67AD34D6C56711962FA8BFE097E75A2E41C696,
    0xCC786BAA966E66F4A384C86A3B49942552E2D658A31CE2C344BE4B91400DA7D26D521628B00523B8DFE240C72DE1F6,
    0x1F86376E8981C217898751AD8746757D42AA7B90EEB791C09E4A3EC03251CF9DE405ABA9EC61DECA6355C77B0E5F4CB,
    0x8CC03FDEFE0FF135CAF4FE2A21529C4195536FBE3CE50B879833FD221351ADC2EE7F8DC099040A841B6DAECF2E8FEDB,
    0x16603FCA40634B6A2211E11DB8F0A6A074A7D0D4AFADB7BD76505C3D3AD5544E203F6326C95A807299B23AB13633A5F0,
    0x4AB0B9BCFAC1BBCB2C977D027796B3CE75BB8CA2BE184CB5231413C4D634F3747A87AC2460F415EC961F8855FE9D6F2,
    0x987C8D5333AB86FDE9926BD2CA6C674170A05BFE3BDD81FFD038DA6C26C842642F64550FEDFE935A15E4CA31870FB29,
    0x9FC4018BD96684BE88C9E221E4DA1BB8F3ABD16679DC26C1E8B6E6A1F20CABE69D65201C78607A360370E577BDBA587,
    0xE1BBA7A1186BDB5223ABDE7ADA14A23C42A0CA7915AF6FE06985E7ED1E4D43B9B3F7055DD4EBA6F2BAFAAEBCA731C30,
    0x19713E47937CD1BE0DFD0B8F1D43FB93CD2FCBCB6CAF493FD1183E416389E61031BF3A5CCE3FBAFCE813711AD011C132,
    0x18B46A908F36F6DEB918C143FED2EDCC523559B8AAF0C2462E6BFE7F911F643249D9CDF41B44D606CE07C8A4D0074D8E,
    0xB182CAC101B9399D155096004F53F447AA7B12A3426B08EC02710E807B4633F06C851C1919211F20D4C04F00B971EF8,
    0x245A394AD1ECA9B72FC00AE7BE315DC757B3B080D4C158013E6632D3C40659CC6CF90AD1C232A6442D9D3F5DB980133,
    0x5C129645E44CF1102A159F748C4A3FC5E673D81D7E86568D9AB0F5D396A7CE46BA1049B6579AFB7866B1E715475224B,
    0x15E6BE4E990F03CE4EA50B3B42DF2EB5CB181D8F84965A3957ADD4FA95AF01B2B665027EFEC01C7704B456BE69C8B604,
)
_Y_BELOW = (
    0x16112C4C3A9C98B252181140FAD0EAE9601A6DE578980BE6EEC3232B5BE72E7A07F3688EF60C206D01479253B03663C1,
    0x1962D75C2381201E1A0CBD6C43C348B885C84FF731C4D59CA4A10356F453E01F78A4260763529E3532F6102C2E49A03D,
    0x58DF3306640DA276FAAAE7D6E8EB15778C4855551AE7F310C35A5DD279CD2ECA6757CD636F96F891E2538B53DBF67F2,
    0x16B7D288798E5395F20D23BF89EDB4D1D115C5DBDDBCD30E123DA489E726AF41727364F2C28297ADA8D26D98445F5416,
    0xBE0E079545F43E4B00CC912F8228DDCC6D19C9F0F69BBB0542EDA0FC9DEC916A20B15DC0FD2EDEDDA39142311A5001D,
    0x8D9E5297186DB2D9FB266EAAC783182B70152C65550D881C5ECD87B6F0F5A6449F38DB9DFA9CCE202C6477FAAF9B7AC,
    0x166007C08A99DB2FC3BA8734ACE9824B5EECFDFA8D0CF8EF5DD365BC400A0051D5FA9C01A58B1FB93D1A1399126A775C,
    0x16A3EF08BE3EA7EA03BCDDFABBA6FF6EE5A4375EFA1F4FD7FEB34FD206357132B920F5B00801DEE460EE415A15812ED9,
    0x1866C8ED336C61231A1BE54FD1D74CC4F9FB0CE4C6AF5920ABC5750C4BF39B4852CFE2F7BB9248836B233D9D55535D4A,
    0x167A55CDA70A6E1CEA820597D94A84903216F763E13D87BB5308592E7EA7D4FBC7385EA3D529B35E346EF48BB8913F55,
    0x4D2F259EEA405BD48F010A01AD2911D9C6DD039BB61A6290E591B36E636A5C871A5C29F4F83060400F8B49CBA8F6AA8,
    0xACCBB67481D033FF5852C1E48C50C477F94FF8AEFCE42D28C0F9A88CEA7913516F968986F7EBBEA9684B529E2561092,
    0xAD6B9514C767FE3C3613144B45F1496543346D98ADF02267D5CEEF9A00D9B8693000763E3B90AC11E99B138573345CC,
    0x2660400EB2E4F3B628BDD0D53CD76F2BF565B94E72927C1CB748DF27942480E420517BD8714CC80D1FADC1326ED06F7,
    0xE0FA1D816DDC03E6B24255E0D7819C171C40F65E273B853324EFCD6356CAA205CA2F570F13497804415473A1D634B8F,
    0x1,
)

_ONE: list[Pair] = [(1, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0)]
_KEY = _read_g2(PUBLIC_KEY)
_GENERATOR = _read_g2(
    "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
    "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
)


def main(arguments: Sequence[str]) -> int:
    """0: the beacon signed this round, and it came when it was promised; 1: not so; 2: it cannot be told."""
    say = sys.stdout.write
    if len(arguments) != 1:
        say("用法：python3 beacon.py 公布的文件.json\n")
        return 2
    try:
        with open(arguments[0], "rb") as file:  # noqa: PTH123 (a plain file for plain readers)
            bundle = json.load(file)
        promised, told = bundle["commitment"]["entropy"], bundle["reveal"]["entropy"]
        if promised["mode"] != "beacon" or promised["name"] != QUICKNET:
            say(f"这次抽取用的不是 {QUICKNET}，没有可核对的\n")
            return 2
        number, come = promised["round"], time_of(promised["round"])
        check(number, told["signature"])
        if come < datetime.fromisoformat(promised["not_before"]):
            raise NotOfTheBeacon(f"这一轮 {come:%Y-%m-%d %H:%M:%S} 已经产生，早于承诺写明的时间")
    except NotOfTheBeacon as difference:
        say(f"不符：{difference}\n")
        return 1
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        say(f"文件读不懂：{type(error).__name__} {error}\n")
        return 2
    say(f"相符：{QUICKNET} 第 {number} 轮的签名，{come:%Y-%m-%d %H:%M:%S} 产生；请核对承诺公布得比它早\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
