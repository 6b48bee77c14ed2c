import type { CliCommand } from './command.ts'

type Load = () => Promise<CliCommand>

/** The argument table. Each command is loaded when it is asked for: none waits for another. */
export const commands: { readonly [name: string]: Load } = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  work: async () => (await import('./commands/work.ts')).work,
  'workspace create': async () => (await import('./commands/workspace-create.ts')).workspaceCreate,
  'workspace list': async () => (await import('./commands/workspace-list.ts')).workspaceList,
  'workspace settings': async () =>
    (await import('./commands/workspace-settings.ts')).workspaceSettings,
  'workspace delete': async () => (await import('./commands/workspace-delete.ts')).workspaceDelete,
  'token create': async () => (await import('./commands/token-create.ts')).tokenCreate,
  'token list': async () => (await import('./commands/token-list.ts')).tokenList,
  'token limit': async () => (await import('./commands/token-limit.ts')).tokenLimit,
  'token revoke': async () => (await import('./commands/token-revoke.ts')).tokenRevoke,
  'rules apply': async () => (await import('./commands/rules-apply.ts')).rulesApply,
  'rules list': async () => (await import('./commands/rules-list.ts')).rulesList,
  'rules show': async () => (await import('./commands/rules-show.ts')).rulesShow,
  'rules enable': async () => (await import('./commands/rules-enable.ts')).rulesEnable,
  'rules disable': async () => (await import('./commands/rules-enable.ts')).rulesDisable,
  'rules replay': async () => (await import('./commands/rules-replay.ts')).rulesReplay,
  'rules history': async () => (await import('./commands/rules-history.ts')).rulesHistory,
  'rules check': async () => (await import('./commands/rules-check.ts')).rulesCheck,
  'rules schema': async () => (await import('./commands/rules-schema.ts')).rulesSchema,
  'destinations list': async () =>
    (await import('./commands/destinations-list.ts')).destinationsList,
  'destinations show': async () =>
    (await import('./commands/destinations-show.ts')).destinationsShow,
  'destinations test': async () =>
    (await import('./commands/destinations-test.ts')).destinationsTest,
  'destinations pause': async () =>
    (await import('./commands/destinations-pause.ts')).destinationsPause,
  'destinations resume': async () =>
    (await import('./commands/destinations-pause.ts')).destinationsResume,
  'destinations rotate-secret': async () =>
    (await import('./commands/destinations-rotate-secret.ts')).destinationsRotateSecret,
  'destinations remove': async () =>
    (await import('./commands/destinations-remove.ts')).destinationsRemove,
  'deliveries list': async () => (await import('./commands/deliveries-list.ts')).deliveriesList,
  'deliveries show': async () => (await import('./commands/deliveries-show.ts')).deliveriesShow,
  'deliveries attempts': async () =>
    (await import('./commands/deliveries-attempts.ts')).deliveriesAttempts,
  'deliveries dead': async () => (await import('./commands/deliveries-dead.ts')).deliveriesDead,
  'deliveries redeliver': async () =>
    (await import('./commands/deliveries-redeliver.ts')).deliveriesRedeliver,
  'deliveries cancel': async () =>
    (await import('./commands/deliveries-redeliver.ts')).deliveriesCancel,
  'deliveries resend': async () =>
    (await import('./commands/deliveries-resend.ts')).deliveriesResend,
  'runs list': async () => (await import('./commands/runs-list.ts')).runsList,
  'runs show': async () => (await import('./commands/runs-show.ts')).runsShow,
  'runs cancel': async () => (await import('./commands/runs-cancel.ts')).runsCancel,
  'profiles list': async () => (await import('./commands/profiles.ts')).profilesList,
  'profiles get': async () => (await import('./commands/profiles-get.ts')).profilesGet,
  'profiles set': async () => (await import('./commands/profiles.ts')).profilesSet,
  'profiles remove': async () => (await import('./commands/profiles.ts')).profilesRemove,
  'profiles merge': async () => (await import('./commands/profiles.ts')).profilesMerge,
  'profiles unmerge': async () => (await import('./commands/profiles.ts')).profilesUnmerge,
  'profiles history': async () => (await import('./commands/profiles.ts')).profilesHistory,
  'profiles timeline': async () => (await import('./commands/profiles.ts')).profilesTimeline,
  'profiles provenance': async () => (await import('./commands/profiles.ts')).profilesProvenance,
  'companies list': async () => (await import('./commands/inspect.ts')).companiesList,
  'attributes list': async () => (await import('./commands/inspect.ts')).attributesList,
  'events list': async () => (await import('./commands/events-list.ts')).eventsList,
  'events send': async () => (await import('./commands/events-send.ts')).eventsSend,
  'events explain': async () => (await import('./commands/events-explain.ts')).eventsExplain,
  'merges list': async () => (await import('./commands/merges.ts')).mergesList,
  'merges accept': async () => (await import('./commands/merges.ts')).mergesAccept,
  'merges reject': async () => (await import('./commands/merges.ts')).mergesReject,
  'erasures find': async () => (await import('./commands/erasures-find.ts')).erasuresFind,
  'erasures verify': async () => (await import('./commands/erasures-verify.ts')).erasuresVerify,
  'audit list': async () => (await import('./commands/inspect.ts')).auditList,
  'statistics events': async () => (await import('./commands/inspect.ts')).statisticsEvents,
  'statistics deliveries': async () => (await import('./commands/inspect.ts')).statisticsDeliveries,
  call: async () => (await import('./commands/call.ts')).call,
  erase: async () => (await import('./commands/erase.ts')).erase,
  listen: async () => (await import('./commands/listen.ts')).listen,
  import: async () => (await import('./commands/import.ts')).importCommand,
  export: async () => (await import('./commands/export.ts')).exportCommand,
  tail: async () => (await import('./commands/tail.ts')).tail,
  seed: async () => (await import('./commands/seed.ts')).seed,
  schema: async () => (await import('./commands/schema.ts')).schema,
  backup: async () => (await import('./commands/backup.ts')).backup,
  restore: async () => (await import('./commands/restore.ts')).restore,
  copy: async () => (await import('./commands/copy.ts')).copy,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  completion: async () => (await import('./commands/completion.ts')).completion,
}
