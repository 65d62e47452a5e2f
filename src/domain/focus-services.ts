/** The services of FOCUS 1.2, and the type by which a provider assigns its products to them. */

/** Every ServiceCategory with its subcategories, as FOCUS 1.2 lists them under ServiceSubcategory. */
export const focusServices = {
  'AI and Machine Learning': [
    'AI Platforms',
    'Bots',
    'Generative AI',
    'Machine Learning',
    'Natural Language Processing',
    'Other (AI and Machine Learning)',
  ],
  Analytics: [
    'Analytics Platforms',
    'Business Intelligence',
    'Data Processing',
    'Search',
    'Streaming Analytics',
    'Other (Analytics)',
  ],
  'Business Applications': ['Productivity and Collaboration', 'Other (Business Applications)'],
  Compute: [
    'Containers',
    'End User Computing',
    'Quantum Compute',
    'Serverless Compute',
    'Virtual Machines',
    'Other (Compute)',
  ],
  Databases: [
    'Caching',
    'Data Warehouses',
    'Ledger Databases',
    'NoSQL Databases',
    'Relational Databases',
    'Time Series Databases',
    'Other (Databases)',
  ],
  'Developer Tools': [
    'Developer Platforms',
    'Continuous Integration and Deployment',
    'Development Environments',
    'Source Code Management',
    'Quality Assurance',
    'Other (Developer Tools)',
  ],
  Identity: ['Identity and Access Management', 'Other (Identity)'],
  Integration: ['API Management', 'Messaging', 'Workflow Orchestration', 'Other (Integration)'],
  'Internet of Things': ['IoT Analytics', 'IoT Platforms', 'Other (Internet of Things)'],
  'Management and Governance': [
    'Architecture',
    'Compliance',
    'Cost Management',
    'Data Governance',
    'Disaster Recovery',
    'Endpoint Management',
    'Observability',
    'Support',
    'Other (Management and Governance)',
  ],
  Media: ['Content Creation', 'Gaming', 'Media Streaming', 'Mixed Reality', 'Other (Media)'],
  Migration: ['Data Migration', 'Resource Migration', 'Other (Migration)'],
  Mobile: ['Other (Mobile)'],
  Multicloud: ['Multicloud Integration', 'Other (Multicloud)'],
  Networking: [
    'Application Networking',
    'Content Delivery',
    'Network Connectivity',
    'Network Infrastructure',
    'Network Routing',
    'Network Security',
    'Other (Networking)',
  ],
  Security: [
    'Secret Management',
    'Security Posture Management',
    'Threat Detection and Response',
    'Other (Security)',
  ],
  Storage: [
    'Backup Storage',
    'Block Storage',
    'File Storage',
    'Object Storage',
    'Storage Platforms',
    'Other (Storage)',
  ],
  Web: ['Application Platforms', 'Other (Web)'],
  Other: ['Other (Other)'],
} as const;

/** A category with one of its own subcategories. */
export type FocusService = {
  [Category in keyof typeof focusServices]: {
    readonly category: Category;
    readonly subcategory: (typeof focusServices)[Category][number];
  };
}[keyof typeof focusServices];

/** How a provider's products are assigned to services. */
export interface FocusServices {
  /** By the provider's product category, in lower case. */
  readonly byCategory: Readonly<Record<string, FocusService>>;
  /** For rows without a category, when all that the provider sells is one service. */
  readonly uncategorized?: FocusService;
}

const other: FocusService = { category: 'Other', subcategory: 'Other (Other)' };

/** The service of a product category; "Other" for a category that the provider's value does not name. */
export function focusServiceOf(
  { byCategory, uncategorized }: FocusServices,
  category: string | null,
): FocusService {
  if (category === null) return uncategorized ?? other;
  const name = category.toLowerCase();
  return (Object.hasOwn(byCategory, name) ? byCategory[name] : undefined) ?? other;
}
