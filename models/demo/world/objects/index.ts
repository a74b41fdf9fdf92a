/** @file The drawing function of each kind of object. */
import type { Kind } from '../vocabulary.ts';
import { drawBird, drawCat, drawDog, drawFish } from './animals.ts';
import { drawBoat, drawCar, drawCup, drawHouse } from './buildings.ts';
import { drawBall, drawFlower, drawMushroom, drawStar, drawTree } from './nature.ts';
import type { DrawObject } from './paint.ts';

export const DRAW: Readonly<Record<Kind, DrawObject>> = {
  house: drawHouse,
  tree: drawTree,
  car: drawCar,
  boat: drawBoat,
  cat: drawCat,
  dog: drawDog,
  fish: drawFish,
  bird: drawBird,
  star: drawStar,
  ball: drawBall,
  cup: drawCup,
  flower: drawFlower,
  mushroom: drawMushroom,
};
