"""The ten places, each with a few compositions of its own."""

from collections.abc import Callable

from train.miniature.scenes.places.coast import beach, harbour
from train.miniature.scenes.places.green import forest, park
from train.miniature.scenes.places.indoors import kitchen
from train.miniature.scenes.places.market import market
from train.miniature.scenes.places.rock import desert, mountains
from train.miniature.scenes.places.town import rooftop, street
from train.miniature.scenes.places.view import Setting, View
from train.miniature.world import Place

PLACES: dict[Place, Callable[[View], Setting]] = {
    Place.BEACH: beach,
    Place.FOREST: forest,
    Place.STREET: street,
    Place.MARKET: market,
    Place.PARK: park,
    Place.MOUNTAINS: mountains,
    Place.HARBOUR: harbour,
    Place.DESERT: desert,
    Place.KITCHEN: kitchen,
    Place.ROOFTOP: rooftop,
}

__all__ = ["PLACES", "Setting", "View"]
