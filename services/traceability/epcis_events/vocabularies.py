"""Words of the Core Business Vocabulary 2.0 in all their spellings. Pure.

An event may use any of four spellings: `receiving`, `cbv:BizStep-receiving`,
`https://ref.gs1.org/cbv/BizStep-receiving`, `urn:epcglobal:cbv:bizstep:receiving`. Stored, sought and hashed is the
third. A sender's own word must be a URI or a compact one whose prefix his context declares.
Source: GS1 CBV 2.0 §7, and the terms of the EPCIS 2.0 JSON-LD context.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

CBV = "https://ref.gs1.org/cbv/"
VOC = "https://ref.gs1.org/voc/"
_OLD_VOC = "https://gs1.org/voc/"

_BIZ_STEPS = """accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting
decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting installing
killing loading other packing picking receiving removing repackaging repairing replacing reserving retail_selling
sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
void_shipping"""
_DISPOSITIONS = """active available completeness_verified completeness_inferred conformant container_closed
container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_instance
mismatch_class mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other
partially_dispensed recalled reserved retail_sold returned sellable_accessible sellable_not_accessible stolen
unavailable unknown"""
_TRANSACTIONS = "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"
_COMPONENTS = """x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing
latitude longitude altitude"""
_MEASUREMENTS = """AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Activity Altitude AmountOfSubstance
AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance Conductance
Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity EffectiveDose
EffectiveDoseRate ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force
Frequency Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux
LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate
MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux
RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity
SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber"""


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """One vocabulary: its name for people, the beginning of its full URIs and of its old URNs, and its short words."""

    label: str
    start: str
    urn: str
    words: frozenset[str]


def _vocabulary(label: str, start: str, urn: str, words: str) -> Vocabulary:
    return Vocabulary(label, start, urn, frozenset(words.split()))


BIZ_STEP = _vocabulary("业务步骤", f"{CBV}BizStep-", "urn:epcglobal:cbv:bizstep:", _BIZ_STEPS)
DISPOSITION = _vocabulary("处置状态", f"{CBV}Disp-", "urn:epcglobal:cbv:disp:", _DISPOSITIONS)
BIZ_TRANSACTION = _vocabulary("业务单据类型", f"{CBV}BTT-", "urn:epcglobal:cbv:btt:", _TRANSACTIONS)
SOURCE_DEST = _vocabulary(
    "来源与去向类型", f"{CBV}SDT-", "urn:epcglobal:cbv:sdt:", "owning_party possessing_party location"
)
ERROR_REASON = _vocabulary("差错原因", f"{CBV}ER-", "urn:epcglobal:cbv:er:", "did_not_occur incorrect_data")
COMPONENT = _vocabulary("分量", f"{CBV}Comp-", "", _COMPONENTS)
MEASUREMENT = _vocabulary("测量类型", VOC, "", _MEASUREMENTS)
EXCEPTION = _vocabulary("传感器异常", VOC, "", "ALARM_CONDITION ERROR_CONDITION")

_URN_STARTS = tuple(
    (vocabulary.urn, vocabulary.start)
    for vocabulary in (BIZ_STEP, DISPOSITION, BIZ_TRANSACTION, SOURCE_DEST, ERROR_REASON)
)
STANDARD_PREFIXES: Mapping[str, str] = {"cbv": CBV, "gs1": VOC, "epcis": "https://ref.gs1.org/epcis/"}
"""Compact prefixes that the standard context declares, so that no sender needs to."""


def expand(vocabulary: Vocabulary, value: str, prefixes: Mapping[str, str] = STANDARD_PREFIXES) -> str:
    """The full URI of a word in any of its spellings; a value of the sender's own stays what it is, compact ones
    spelled out.
    """
    if value in vocabulary.words or (value := value.strip()) in vocabulary.words:
        return vocabulary.start + value
    return spelled_out(value, prefixes)


def spelled_out(value: str, prefixes: Mapping[str, str] = STANDARD_PREFIXES) -> str:
    """A URI of any vocabulary in its full and present form: compact ones and old URNs spelled out."""
    head, colon, tail = value.partition(":")
    if not colon or tail.startswith("//"):
        return VOC + value.removeprefix(_OLD_VOC) if value.startswith(_OLD_VOC) else value
    if head == "urn":
        return _of_urn(value)
    start = STANDARD_PREFIXES.get(head) or prefixes.get(head)
    return start + tail if start else value


def short(vocabulary: Vocabulary, uri: str) -> str | None:
    """The short word of a full URI, or None when it is none of the vocabulary's own."""
    word = uri.removeprefix(vocabulary.start)
    return word if word != uri and word in vocabulary.words else None


@lru_cache(maxsize=512)
def _of_urn(value: str) -> str:
    for urn, start in _URN_STARTS:
        if value.startswith(urn):
            return start + value[len(urn) :]
    return value
