import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import {
  costOptimisation,
  singleAnalysis,
  thoroughAnalysis,
  threeAtOnce,
  twoSockets,
} from '../../scenarios/chat-runs.ts';
import { valueAnomalies, valueCapacity, valueContextItem, valueSavings } from '../../scenarios/value-runs.ts';
import { pairsAgree } from './pairs.ts';
import {
  anomaliesAreFound,
  answersAreGood,
  answersShowTheirData,
  figuresAreGrounded,
  forecastsAreRight,
  savingsAreRight,
  statesTheTruth,
} from './quality.ts';
import { requirements } from './requirements.ts';
import { rubricHolds } from './rubric-holds.ts';

export const value: Suite<TrialView> = {
  id: 'value',
  title: 'Value: answers are worth reading',
  requirements,
  scenarios: [
    valueSavings,
    valueAnomalies,
    valueCapacity,
    valueContextItem,
    singleAnalysis,
    thoroughAnalysis,
    costOptimisation,
    threeAtOnce,
    twoSockets,
  ],
  checks: [
    statesTheTruth,
    answersAreGood,
    savingsAreRight,
    anomaliesAreFound,
    forecastsAreRight,
    pairsAgree,
    answersShowTheirData,
    rubricHolds,
    figuresAreGrounded,
  ],
};
