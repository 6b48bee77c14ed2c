import { listAttributes } from './attributes.ts'
import { listAudit } from './audit.ts'
import { getCompany, listCompanies, listCompaniesOf, listCompanyProfiles } from './companies.ts'
import { countDeliveries, getDelivery, listDeliveries } from './deliveries.ts'
import { getRuleSchema, listDialects } from './describe.ts'
import {
  getDestination,
  listDestinations,
  pauseDestination,
  putDestination,
  removeDestination,
  resumeDestination,
  rotateDestinationSecret,
  testDestination,
} from './destinations.ts'
import { eraseProfile } from './erase-profile.ts'
import { findErasures, getErasure } from './erasures.ts'
import { streamEvents } from './event-stream.ts'
import { getEvent, sendEvents } from './events.ts'
import { acceptHeld, listHeld, rejectHeld } from './held-merges.ts'
import { listEvents } from './list-events.ts'
import { listProfiles } from './list-profiles.ts'
import { mergeProfiles, undoMerge } from './merge-profiles.ts'
import {
  cancelDeliveries,
  cancelDelivery,
  redeliverDeliveries,
  redeliverDelivery,
  resendDelivery,
} from './move-deliveries.ts'
import {
  getHistory,
  getProfile,
  getProfileBy,
  getProvenance,
  getTimeline,
} from './read-profiles.ts'
import { replayRuleCall } from './replay-rule.ts'
import type { NativeRoute } from './route.ts'
import { enableRule, getRule, listRules, listRuleVersions, replaceRules } from './rules.ts'
import { cancelRun, getRun, listRuns } from './runs.ts'
import { countEnded, countEvents, countPlanned } from './statistics.ts'
import { createToken, limitToken, listTokens, revokeToken } from './tokens.ts'
import { tryRuleOnEvent } from './try-rule.ts'
import { listWarnings } from './warnings.ts'
import {
  createWorkspace,
  deleteWorkspace,
  getWorkspace,
  listWorkspaces,
  updateSettings,
} from './workspaces.ts'
import { patchProfile, putProfile, removeProfile, writeProfiles } from './write-profiles.ts'

/** Every call of the native API, in the order of its document. */
export const routes: readonly NativeRoute[] = [
  ...[sendEvents, listEvents, streamEvents, getEvent, listWarnings],
  ...[putProfile, getProfileBy, writeProfiles, listProfiles],
  ...[getProfile, patchProfile, removeProfile, getProvenance, getHistory, getTimeline],
  ...[listCompaniesOf, listCompanies, getCompany, listCompanyProfiles],
  ...[mergeProfiles, undoMerge, eraseProfile, findErasures, getErasure],
  ...[listHeld, acceptHeld, rejectHeld],
  listAttributes,
  ...[
    listRules,
    replaceRules,
    getRule,
    enableRule,
    listRuleVersions,
    tryRuleOnEvent,
    replayRuleCall,
  ],
  ...[listRuns, getRun, cancelRun],
  ...[listDestinations, getDestination, putDestination, removeDestination],
  ...[pauseDestination, resumeDestination, rotateDestinationSecret, testDestination],
  ...[listDeliveries, countDeliveries, redeliverDeliveries, cancelDeliveries, getDelivery],
  ...[redeliverDelivery, cancelDelivery, resendDelivery],
  ...[listTokens, createToken, limitToken, revokeToken],
  ...[getWorkspace, updateSettings, listWorkspaces, createWorkspace, deleteWorkspace],
  ...[listAudit, countEvents, countPlanned, countEnded, listDialects, getRuleSchema],
]
