/** @file The drawing function of each kind of object. */
import type { Kind } from '../vocabulary.ts';
import { drawBird, drawCat, drawDog, drawFish, drawRabbit } from './animals.ts';
import { drawHouse, drawLighthouse, drawTent } from './buildings.ts';
import { drawFlower, drawMushroom, drawStar, drawTree } from './nature.ts';
import type { DrawObject } from './parts.ts';
import { drawBall, drawCup, drawUmbrella } from './things.ts';
import { drawBicycle, drawBoat, drawCar } from './vehicles.ts';

export const DRAW: Readonly<Record<Kind, DrawObject>> = {
  house: drawHouse,
  tent: drawTent,
  tree: drawTree,
  lighthouse: drawLighthouse,
  car: drawCar,
  bicycle: drawBicycle,
  boat: drawBoat,
  cat: drawCat,
  dog: drawDog,
  rabbit: drawRabbit,
  fish: drawFish,
  bird: drawBird,
  star: drawStar,
  ball: drawBall,
  cup: drawCup,
  flower: drawFlower,
  mushroom: drawMushroom,
  umbrella: drawUmbrella,
};
